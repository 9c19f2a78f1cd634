#include "flows/sessions/session_end_flow.hpp"

#include <optional>
#include <utility>

namespace gatehouse::flows {

// The event of a session is taken from its row, so it is recorded before the row goes. The lock before that makes two
// that end the same session take turns, so the second finds no row, and there is one event.

using audit::AuditStore;
using audit::Event;
using audit::EventType;
using sessions::SessionStore;

Task<> SessionEndFlow::log_out(std::string sealed, audit::Origin origin) {
  const std::optional<sessions::SessionRow> row = sessions_.row_of(sealed);
  if (!row) co_return;
  database::Changes changes;
  changes.add(SessionStore::lock(row->id));
  Event event{.type = EventType::logout, .at = clock_.now(), .origin = std::move(origin)};
  changes.add(AuditStore::record_of_session(std::move(event), row->id, row->secret_hash));
  const auto removed = changes.add(SessionStore::remove_with_secret(row->id, row->secret_hash));
  const auto committed = co_await database_.commit(std::move(changes));
  (void)committed.result(removed);
}

Task<bool> SessionEndFlow::revoke(SessionId session, audit::Origin origin) {
  database::Changes changes;
  changes.add(SessionStore::lock(session));
  Event event{.type = EventType::session_revoked, .at = clock_.now(), .origin = std::move(origin)};
  changes.add(AuditStore::record_of_session(std::move(event), session));
  const auto removed = changes.add(SessionStore::remove(session));
  const auto committed = co_await database_.commit(std::move(changes));
  co_return committed.result(removed) > 0;
}

Task<std::int64_t> SessionEndFlow::revoke_all(UserId user, audit::Origin origin) {
  const TimePoint now = clock_.now();
  Event event{.type = EventType::session_revoked, .at = now, .origin = std::move(origin), .user = user};
  json::Writer{event.details}.begin_object().member("all", true).end_object();
  database::Changes changes;
  const auto active = changes.add(SessionStore::remove_active_of_user(user, now));
  changes.add(SessionStore::remove_of_user(user));
  changes.add(AuditStore::record(std::move(event)));
  const auto committed = co_await database_.commit(std::move(changes));
  co_return committed.result(active);
}

}  // namespace gatehouse::flows
