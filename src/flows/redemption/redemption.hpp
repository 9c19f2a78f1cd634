#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "one_time_tokens/one_time_token_store.hpp"

namespace gatehouse::flows {

/// A one-time token is not valid: unknown, for something else, used already, or expired. Nobody learns which.
struct TokenRefusal {};

/// A token that can be redeemed.
struct GoodToken {
  std::string hash;
  one_time_tokens::Kind kind;
  UserId user;
  std::optional<std::string> payload;
};

/// Exchanges one-time tokens for their effect (docs/adr/0026-a-token-is-redeemed-by-a-constraint.md). One per
/// flow; everything it refers to outlives it. Throws what Database throws.
class Redemption {
 public:
  Redemption(database::Database& database, const Clock& clock) : tokens_(database), clock_(clock) {}

  /// nullopt unless the text is a valid token of this kind.
  [[nodiscard]] Task<std::optional<GoodToken>> find(std::string text, one_time_tokens::Kind kind);

  /// The changes that redeem the token; its effect is added after them. One such transaction is committed, all others
  /// violate token_is_unredeemed or token_is_open.
  [[nodiscard]] database::Changes begin(const GoodToken& token) const;

 private:
  one_time_tokens::OneTimeTokenStore tokens_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
