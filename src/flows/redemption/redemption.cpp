#include "flows/redemption/redemption.hpp"

#include <utility>

#include "one_time_tokens/token.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

Task<std::optional<GoodToken>> Redemption::find(std::string text, one_time_tokens::Kind kind) {
  auto hash = one_time_tokens::hash_of(text, kind);
  if (!hash) co_return std::nullopt;
  std::string sought = *hash;
  auto open = co_await tokens_.find_open(std::move(sought), kind, clock_.now());
  if (!open) co_return std::nullopt;
  co_return GoodToken{.hash = *std::move(hash), .kind = kind, .user = open->user, .payload = std::move(open->payload)};
}

database::Changes Redemption::begin(const GoodToken& token) const {
  database::Changes changes;
  changes.add(users::UserStore::lock(token.user));
  changes.add(one_time_tokens::OneTimeTokenStore::redeem(token.hash, token.kind, clock_.now()));
  return changes;
}

}  // namespace gatehouse::flows
