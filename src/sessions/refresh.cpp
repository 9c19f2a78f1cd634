#include "sessions/refresh.hpp"

#include "base/secret_string.hpp"

namespace gatehouse::sessions {
namespace {

bool is_same_attempt(const std::optional<std::string>& stored, const std::optional<std::string>& presented) {
  return stored && presented && equal_in_constant_time(*stored, *presented);
}

}  // namespace

RefreshVerdict judge(const RefreshableSession& session, const PresentedRefresh& presented, TimePoint now,
                     std::chrono::microseconds grace) {
  if (!session.state) return RefreshVerdict::refused;
  if (session.times.expires_at <= now) return RefreshVerdict::expired;
  const RefreshState& state = *session.state;
  if (presented.generation == state.generation) return RefreshVerdict::current;
  if (presented.generation != state.generation - 1) return RefreshVerdict::reused;
  if (is_same_attempt(state.attempt_hash, presented.attempt_hash)) return RefreshVerdict::repeated;
  return now - state.refreshed_at <= grace ? RefreshVerdict::repeated : RefreshVerdict::reused;
}

}  // namespace gatehouse::sessions
