#include "flows/sessions/session_opening.hpp"

#include <utility>

namespace gatehouse::flows {

PendingSession SessionOpening::add(database::Changes& changes, UserId user, std::string password_hash,
                                   sessions::Client client) const {
  auto draft = sessions_.draft(user, std::move(password_hash), std::move(client));
  const auto inserted = changes.add(sessions::SessionStore::insert(draft.row));
  return {.user = user, .draft = std::move(draft), .inserted = inserted};
}

std::optional<LoginResult> SessionOpening::opened(const PendingSession& pending,
                                                  const database::Committed& committed) const {
  const auto id = committed.result(pending.inserted);
  if (!id) return std::nullopt;
  const SessionMark mark = SessionMark::of(pending.draft.row.secret_hash);
  auto session = sessions_.open(pending.draft, *id);
  counts_.tokens.add(TokenKind::session);
  counts_.tokens.add(TokenKind::access);
  return LoginResult{.user = pending.user,
                     .token = tokens_->issue(pending.user, *id, mark, clock_.now()),
                     .session = std::move(session.sealed),
                     .session_expires_at = session.expires_at};
}

}  // namespace gatehouse::flows
