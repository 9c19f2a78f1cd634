#include "flows/sessions/token_pairs.hpp"

#include <utility>

#include "base/session_mark.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::flows {

TokenPair TokenPairs::issue(UserId user, const sessions::RefreshReference& reference) const {
  counts_.tokens.add(TokenKind::access);
  counts_.tokens.add(TokenKind::refresh);
  const SessionMark mark = SessionMark::of(crypto::sha256(sessions::bytes_of(reference.secret)));
  auto token = tokens_->issue_to_refresh(user, reference.id, mark, clock_.now());
  return {.token = std::move(token.compact),
          .refreshable = {.refresh_token = sealer_->seal(reference, random_), .token_expires_at = token.expires_at}};
}

}  // namespace gatehouse::flows
