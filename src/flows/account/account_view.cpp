#include "flows/account/account_view.hpp"

#include <utility>

namespace gatehouse::flows {

Task<std::optional<AccountState>> AccountView::of(UserId user) {
  auto account = co_await users_.find_account(user);
  if (!account) co_return std::nullopt;
  const TimePoint now = clock_.now();
  const Standing standing = co_await passwords_.standing(user);
  const std::int64_t devices = co_await devices_.count(user, now);
  const std::int64_t sessions = co_await sessions_.count(user, now);
  co_return AccountState{
      .account = *std::move(account), .standing = standing, .devices = devices, .sessions = sessions};
}

Task<std::optional<std::vector<devices::Device>>> AccountView::devices_of(UserId user) {
  const auto account = co_await users_.find_account(user);
  if (!account) co_return std::nullopt;
  co_return co_await devices_.list(user, clock_.now());
}

}  // namespace gatehouse::flows
