#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "flows/counts/flow_counts.hpp"
#include "sessions/refresh_sealer.hpp"
#include "tokens/token_issuer.hpp"

namespace gatehouse::flows {

/// What a client needs to refresh its token, and when.
struct Refreshable {
  std::string refresh_token;
  TimePoint token_expires_at;
};

/// A token, and what it is refreshed with.
struct TokenPair {
  std::string token;  ///< JWS compact
  Refreshable refreshable;
};

/// Issues tokens to clients that refresh them. One per io thread; everything it refers to outlives it.
class TokenPairs {
 public:
  TokenPairs(const tokens::TokenIssuer& tokens, const sessions::RefreshSealer& sealer, FlowCounts& counts,
             const Clock& clock, crypto::Random& random)
      : tokens_(&tokens), sealer_(&sealer), counts_(counts), clock_(clock), random_(random) {}

  /// Replaces the issuer or the sealer.
  void use(const tokens::TokenIssuer& tokens) { tokens_ = &tokens; }
  void use(const sessions::RefreshSealer& sealer) { sealer_ = &sealer; }

  [[nodiscard]] const sessions::RefreshSealer& sealer() const { return *sealer_; }

  /// Issues them for the grant's session, and the generation that its row has.
  [[nodiscard]] TokenPair issue(const tokens::Grant& grant, const sessions::RefreshReference& reference) const;

 private:
  const tokens::TokenIssuer* tokens_;
  const sessions::RefreshSealer* sealer_;
  FlowCounts& counts_;
  const Clock& clock_;
  crypto::Random& random_;
};

}  // namespace gatehouse::flows
