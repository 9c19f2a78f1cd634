#include "flows/sessions/token_pairs.hpp"

#include <utility>

namespace gatehouse::flows {

TokenPair TokenPairs::issue(const tokens::Grant& grant, const sessions::RefreshReference& reference) const {
  counts_.tokens.add(TokenKind::access);
  counts_.tokens.add(TokenKind::refresh);
  auto token = tokens_->issue_to_refresh(grant, clock_.now());
  return {.token = std::move(token.compact),
          .refreshable = {.refresh_token = sealer_->seal(reference, random_), .token_expires_at = token.expires_at}};
}

}  // namespace gatehouse::flows
