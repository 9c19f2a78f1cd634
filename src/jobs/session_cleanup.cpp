#include "jobs/session_cleanup.hpp"

#include <array>
#include <span>

#include "base/base64url.hpp"
#include "runtime/periodic.hpp"

namespace gatehouse::jobs {
namespace {

std::string new_holder(crypto::Random& random) {
  std::array<char, 16> bytes;
  random.fill(std::as_writable_bytes(std::span{bytes}));
  return to_base64url({bytes.data(), bytes.size()});
}

}  // namespace

SessionCleanup::SessionCleanup(database::Database& database, const Clock& clock, crypto::Random& random)
    : store_(database), clock_(clock), holder_(new_holder(random)) {}

Task<std::optional<std::int64_t>> SessionCleanup::run_once() {
  std::int64_t deleted = 0;
  for (int i = 0; i < batches_max; ++i) {
    const TimePoint now = clock_.now();
    const auto batch = co_await store_.delete_expired(holder_, now, now + lease_duration);
    if (!batch.lease_held && i == 0) co_return std::nullopt;
    deleted += batch.deleted;
    if (!batch.lease_held || batch.deleted < sessions::SessionStore::cleanup_sessions_max) break;
  }
  co_await store_.give_lease_back(holder_);
  co_return deleted;
}

Task<> SessionCleanup::run(std::chrono::milliseconds interval, std::function<void(std::string_view)> on_error) {
  auto job = [this] { return run_and_forget_count(); };
  return runtime::run_periodically(interval, std::move(job), std::move(on_error));
}

Task<> SessionCleanup::run_and_forget_count() { co_await run_once(); }

}  // namespace gatehouse::jobs
