#include "flows/sessions/session_opening.hpp"

#include <utility>

#include "sessions/refresh.hpp"

namespace gatehouse::flows {

PendingSession SessionOpening::add(database::Changes& changes, UserId user, std::string password_hash,
                                   sessions::Client client, Refreshing refreshing) const {
  auto draft = sessions_.draft(user, std::move(password_hash), std::move(client));
  if (refreshing == Refreshing::yes) draft.row.refresh_generation = sessions::first_refresh_generation;
  const auto inserted = changes.add(sessions::SessionStore::insert(draft.row));
  return {.user = user, .draft = std::move(draft), .inserted = inserted};
}

std::optional<LoginResult> SessionOpening::opened(const PendingSession& pending,
                                                  const database::Committed& committed) const {
  const auto id = committed.result(pending.inserted);
  if (!id) return std::nullopt;
  const sessions::NewSession& row = pending.draft.row;
  const tokens::Grant grant{.user = pending.user,
                            .session = *id,
                            .mark = SessionMark::of(row.secret_hash),
                            .client_id = pending.client_id,
                            .audience = pending.audience,
                            .session_ends_at = row.expires_at};
  auto session = sessions_.open(pending.draft, *id);
  counts_.tokens.add(TokenKind::session);
  LoginResult result{.user = pending.user,
                     .token = {},
                     .session = std::move(session.sealed),
                     .session_expires_at = session.expires_at};
  if (row.refresh_generation) {
    auto pair = pairs_.issue(grant, {.id = *id, .secret = pending.draft.secret, .generation = *row.refresh_generation});
    result.token = std::move(pair.token);
    result.refreshable = std::move(pair.refreshable);
  } else {
    counts_.tokens.add(TokenKind::access);
    result.token = tokens_->issue(grant, clock_.now());
  }
  return result;
}

}  // namespace gatehouse::flows
