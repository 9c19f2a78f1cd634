#include "runtime/name_lookup.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace gatehouse::runtime {

namespace asio = boost::asio;
using boost::system::error_code;

/// What a lookup's thread and its caller share.
struct NameLookup::Search {
  std::mutex mutex;
  SteadyTimer* waiting;  ///< what to cancel in the end, on the io thread; none once nobody waits
  Found found = std::unexpected(error_code{asio::error::operation_aborted});
};

/// The caller's part in a search, which ends with its coroutine, whatever ends that.
class NameLookup::Waiting {
 public:
  Waiting(Search& search, SteadyTimer& timer) : search_(search) { search_.waiting = &timer; }
  ~Waiting() {
    const std::scoped_lock lock(search_.mutex);
    search_.waiting = nullptr;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Search& search_;
};

NameLookup::NameLookup(const Executor& executor, Resolver resolver) : resolver_(std::move(resolver)), done_(executor) {}

Task<NameLookup::Found> NameLookup::look_up(std::string host, std::string service) {
  const auto search = std::make_shared<Search>();
  const Waiting waiting{*search, done_};
  done_.expires_at(SteadyTimer::time_point::max());
  try {
    std::thread{run, search, resolver_, std::move(host), std::move(service)}.detach();
  } catch (const std::system_error&) {
    namespace errc = boost::system::errc;
    co_return std::unexpected(errc::make_error_code(errc::resource_unavailable_try_again));
  }
  error_code woken;
  co_await done_.async_wait(asio::redirect_error(use_task, woken));
  const std::scoped_lock lock(search->mutex);
  co_return std::move(search->found);
}

void NameLookup::close() noexcept { done_.cancel(); }

/// The io_context stays as long as somebody waits, for who waits is suspended in it.
void NameLookup::run(const std::shared_ptr<Search>& search, const Resolver& resolver, const std::string& host,
                     const std::string& service) {
  Found found = resolver(host, service);
  const std::scoped_lock lock(search->mutex);
  if (search->waiting == nullptr) return;
  search->found = std::move(found);
  asio::post(search->waiting->get_executor(), [search] {
    if (search->waiting != nullptr) search->waiting->cancel();
  });
}

NameLookup::Found NameLookup::ask_system(const std::string& host, const std::string& service) {
  asio::io_context io{1};
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver{io.get_executor()};
  error_code error;
  Places places = resolver.resolve(host, service, error);
  if (error) return std::unexpected(error);
  return places;
}

}  // namespace gatehouse::runtime
