#include "jobs/express_hash_watch.hpp"

#include "runtime/periodic.hpp"

namespace gatehouse::jobs {

Task<> ExpressHashWatch::refresh() {
  const bool present = co_await users_.express_hashes_present();
  passwords_.set_express_hashes_present(present);
}

Task<> ExpressHashWatch::run(std::function<void(std::string_view)> on_error) {
  auto job = [this] { return refresh(); };
  return runtime::run_periodically(interval, std::move(job), std::move(on_error));
}

}  // namespace gatehouse::jobs
