#include "flows/dongles/dongle_flow.hpp"

#include <utility>

#include "dongles/topics.hpp"
#include "users/topics.hpp"

namespace gatehouse::flows {

// Features do not know each other, but whatever remembers a user's dongles must hear when the user is deleted.
static_assert(users::user_topic.name == dongles::user_topic.name);

using dongles::Dongle;
using dongles::DongleStore;

DongleFlow::DongleFlow(database::Database& database, dongles::DongleCache& cache, const Clock& clock,
                       const dongles::DongleSettings& settings)
    : database_(database),
      dongles_(database),
      users_(database),
      cache_(cache),
      clock_(clock),
      per_user_max_(settings.per_user_max) {}

Task<std::expected<Dongle, DongleError>> DongleFlow::add(UserId user, std::string name) {
  const dongles::NewDongle wanted{.user = user, .name = std::move(name), .created_at = clock_.now()};
  // Each repetition means that the user got a dongle meanwhile, so the bound on dongles also bounds the repetitions.
  while (true) {
    database::Changes changes;
    const auto added = changes.add(DongleStore::insert(wanted, per_user_max_));
    const auto committed =
        co_await database_.commit_unless(std::move(changes), dongles::number_is_free, dongles::user_exists);
    if (!committed && dongles::number_is_free.is_violated_by(committed.error())) continue;
    if (!committed) co_return std::unexpected(DongleError::user_not_found);
    if (auto dongle = committed->result(added)) co_return *std::move(dongle);
    const bool is_full = co_await exists(user);
    co_return std::unexpected(is_full ? DongleError::too_many : DongleError::user_not_found);
  }
}

Task<std::expected<std::vector<Dongle>, DongleError>> DongleFlow::list(UserId user) {
  auto dongles = cache_.find(user);
  if (!dongles) {
    const auto ticket = cache_.ticket();
    dongles = co_await dongles_.list(user);
    const bool has_owner = !dongles->empty() || co_await exists(user);
    if (!has_owner) co_return std::unexpected(DongleError::user_not_found);
    cache_.remember(user, *dongles, ticket);
  }
  std::erase_if(*dongles, [now = clock_.now()](const Dongle& dongle) { return dongle.expires_at <= now; });
  co_return *std::move(dongles);
}

Task<std::expected<void, DongleError>> DongleFlow::remove_all(UserId user) {
  const std::int64_t removed = co_await dongles_.remove_all(user);
  const bool has_owner = removed > 0 || co_await exists(user);
  if (!has_owner) co_return std::unexpected(DongleError::user_not_found);
  co_return std::expected<void, DongleError>{};
}

Task<bool> DongleFlow::exists(UserId user) {
  const auto found = co_await users_.find(user);
  co_return found.has_value();
}

}  // namespace gatehouse::flows
