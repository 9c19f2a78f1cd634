#include "audit/audit_store.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "audit/event_counts.hpp"
#include "base/calendar.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

namespace gatehouse::audit {
namespace {

using database::announces_nothing;
using database::Blob;
using database::Change;
using database::Changes;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Value;
using database::Write;

// Nobody caches events, so no write here announces anything. The first ten parameters of each record_ statement are
// parameters_of() the event; the others determine its user and session.

constexpr Write record_event{"audit_record",
                             "INSERT INTO audit_events (at, type, outcome, reason, actor_kind, actor, request_id, "
                             "address, user_agent, details, user_id, session_id) "
                             "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                             announces_nothing};

constexpr Write record_event_once{"audit_record_once",
                                  "INSERT INTO audit_events (at, type, outcome, reason, actor_kind, actor, request_id, "
                                  "address, user_agent, details, user_id) "
                                  "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 WHERE NOT EXISTS "
                                  "(SELECT 1 FROM audit_events WHERE at = $1 AND type = $2 AND details = $10)",
                                  announces_nothing};

constexpr Write record_new_user{"audit_record_of_new_user",
                                "INSERT INTO audit_events (at, type, outcome, reason, actor_kind, actor, request_id, "
                                "address, user_agent, details, user_id) "
                                "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, id FROM users WHERE email = $11",
                                announces_nothing};

constexpr Write record_user{"audit_record_of_user",
                            "INSERT INTO audit_events (at, type, outcome, reason, actor_kind, actor, request_id, "
                            "address, user_agent, details, user_id) "
                            "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, id FROM users WHERE id = $11",
                            announces_nothing};

// The session is found by its id, as the database reports it; the secret proves that it is the right one, and that it
// was inserted at all.
constexpr Write record_new_session{
    "audit_record_of_new_session",
    "INSERT INTO audit_events (at, type, outcome, reason, actor_kind, actor, request_id, "
    "address, user_agent, details, user_id, session_id) "
    "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, sessions.user_id, sessions.id FROM new_session "
    "JOIN sessions ON sessions.id = new_session.id WHERE sessions.secret_hash = $11",
    announces_nothing};

constexpr Write record_session{"audit_record_of_session",
                               "INSERT INTO audit_events (at, type, outcome, reason, actor_kind, actor, request_id, "
                               "address, user_agent, details, user_id, session_id) "
                               "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, user_id, id FROM sessions "
                               "WHERE id = $11",
                               announces_nothing};

constexpr Write record_session_with_secret{
    "audit_record_of_session_with_secret",
    "INSERT INTO audit_events (at, type, outcome, reason, actor_kind, actor, request_id, "
    "address, user_agent, details, user_id, session_id) "
    "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, user_id, id FROM sessions "
    "WHERE id = $11 AND secret_hash = $12",
    announces_nothing};

constexpr Statement newest_events{"audit_newest",
                                  "SELECT id, at, type, outcome, reason, actor_kind, actor, user_id, session_id, "
                                  "request_id, address, user_agent, details FROM audit_events "
                                  "WHERE id < $1 ORDER BY id DESC LIMIT $2"};

constexpr Statement events_of_user{"audit_of_user",
                                   "SELECT id, at, type, outcome, reason, actor_kind, actor, user_id, session_id, "
                                   "request_id, address, user_agent, details FROM audit_events "
                                   "WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};

constexpr Statement events_of_type{"audit_of_type",
                                   "SELECT id, at, type, outcome, reason, actor_kind, actor, user_id, session_id, "
                                   "request_id, address, user_agent, details FROM audit_events "
                                   "WHERE type = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};

constexpr Statement events_of_time{"audit_of_time",
                                   "SELECT id, at, type, outcome, reason, actor_kind, actor, user_id, session_id, "
                                   "request_id, address, user_agent, details FROM audit_events "
                                   "WHERE at >= $1 AND at < $2 AND (at, id) < ($3, $4) "
                                   "ORDER BY at DESC, id DESC LIMIT $5"};

// The first condition is for PostgreSQL, which does not skip monthly partitions because of a comparison of rows.
constexpr Statement events_in_order{"audit_in_order",
                                    "SELECT id, at, type, outcome, reason, actor_kind, actor, user_id, session_id, "
                                    "request_id, address, user_agent, details FROM audit_events "
                                    "WHERE at >= $1 AND (at, id) > ($1, $2) AND at < $3 ORDER BY at, id LIMIT $4"};

constexpr Write begin_pruning{"audit_begin_pruning", "INSERT INTO audit_prunings (started_at) VALUES ($1)",
                              announces_nothing};

// Records only if the seal still has its events; the statements that SealStore adds after these mark the seal as
// pruned.
constexpr Write record_pruning{"audit_record_pruning",
                               "INSERT INTO audit_events (at, type, outcome, actor_kind, actor, details) "
                               "SELECT $1, $2, $3, $4, $5, $6 || count || ',\"seal\":' || seq || '}' FROM audit_seals "
                               "WHERE seq = $7 AND pruned_at IS NULL "
                               "AND EXISTS (SELECT 1 FROM leases WHERE name = $8 AND holder = $9)",
                               announces_nothing};

// Deletes by id, because both databases have an index on it; events with other positions belong to other seals.
constexpr Write delete_sealed_events{"audit_delete_sealed",
                                     "DELETE FROM audit_events WHERE id >= $1 AND id <= $2 "
                                     "AND position >= $3 AND position <= $4 "
                                     "AND EXISTS (SELECT 1 FROM audit_seals WHERE seq = $5 AND pruned_at IS NULL) "
                                     "AND EXISTS (SELECT 1 FROM leases WHERE name = $6 AND holder = $7)",
                                     announces_nothing};

constexpr Write end_pruning{"audit_end_pruning", "DELETE FROM audit_prunings", announces_nothing};

Value text_or_null(std::string text) { return text.empty() ? Value{} : Value{std::move(text)}; }

/// The text in ASCII, which a database of any encoding accepts, so that no client can make an event fail by its text.
std::string ascii(std::string text, std::size_t bytes_max) {
  text.resize(std::min(text.size(), bytes_max));
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return text;
}

std::string actor_text(std::string actor) {
  if (!is_utf8(actor) || actor.contains('\0')) return ascii(std::move(actor), actor_characters_max);
  actor.resize(first_code_points(actor, actor_characters_max).size());
  return actor;
}

Parameters parameters_of(Event event) {
  constexpr std::size_t address_bytes_max = 64;
  constexpr std::size_t request_id_bytes_max = 64;
  assert(event.details.size() <= details_bytes_max);
  Origin& origin = event.origin;
  return {event.at,
          std::string{to_text(event.type)},
          std::string{to_text(event.outcome)},
          text_or_null(std::string{event.reason}),
          std::string{to_text(origin.kind)},
          text_or_null(actor_text(std::move(origin.actor))),
          text_or_null(ascii(std::move(origin.request_id), request_id_bytes_max)),
          text_or_null(ascii(std::move(origin.address), address_bytes_max)),
          text_or_null(ascii(std::move(origin.user_agent), user_agent_bytes_max)),
          text_or_null(std::move(event.details))};
}

Parameters parameters_of(Event event, Value subject) {
  Parameters parameters = parameters_of(std::move(event));
  parameters.push_back(std::move(subject));
  return parameters;
}

Parameters parameters_of(Event event, Value subject, Value other) {
  Parameters parameters = parameters_of(std::move(event), std::move(subject));
  parameters.push_back(std::move(other));
  return parameters;
}

template <class Id>
Value id_or_null(const std::optional<Id>& id) {
  return id ? Value{id->value} : Value{};
}

template <class Id>
std::optional<Id> nullable_id(const Row& row, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  return Id{row.integer(column)};
}

StoredEvent read_event(const Row& row) {
  return {.id = EventId{row.integer(0)},
          .at = within_calendar(row.time(1)),
          .type = std::string{row.text(2)},
          .outcome = std::string{row.text(3)},
          .reason = row.nullable_text(4),
          .actor_kind = std::string{row.text(5)},
          .actor = row.nullable_text(6),
          .user = nullable_id<UserId>(row, 7),
          .session = nullable_id<SessionId>(row, 8),
          .request_id = row.nullable_text(9),
          .address = row.nullable_text(10),
          .user_agent = row.nullable_text(11),
          .details = row.nullable_text(12)};
}

std::vector<StoredEvent> read_events(const Rows& rows) {
  std::vector<StoredEvent> events;
  events.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) events.push_back(read_event(rows[i]));
  return events;
}

bool is_wanted(const StoredEvent& event, const Filter& filter) {
  return (!filter.type || event.type == *filter.type) && (!filter.outcome || event.outcome == *filter.outcome) &&
         (!filter.actor || event.actor == *filter.actor) && (!filter.user || event.user == filter.user) &&
         (!filter.from || event.at >= *filter.from) && (!filter.to || event.at < *filter.to);
}

/// Whether the index that is read also has events that are not wanted.
bool has_unwanted(const Filter& filter) {
  const bool is_of_time = filter.from || filter.to;
  const int indexed = filter.user || is_of_time || filter.type ? 1 : 0;
  const int given = (filter.user ? 1 : 0) + (is_of_time ? 1 : 0) + (filter.type ? 1 : 0);
  return filter.outcome || filter.actor || given > indexed;
}

/// The beginning of the details of a pruning; the statement appends the count, the seal and the closing brace.
std::string pruning_details(TimePoint before) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("before", before).key("count");
  return json;
}

}  // namespace

Change<void> AuditStore::record(Event event) {
  Value user = id_or_null(event.user);
  Value session = id_or_null(event.session);
  const auto occurrence = EventCounts::of(event.type, event.outcome);
  Parameters parameters = parameters_of(std::move(event), std::move(user), std::move(session));
  return Change<void>{record_event, std::move(parameters)}.counted(occurrence);
}

Change<void> AuditStore::record_once(Event event) {
  Value user = id_or_null(event.user);
  const auto occurrence = EventCounts::of(event.type, event.outcome);
  return Change<void>{record_event_once, parameters_of(std::move(event), std::move(user))}.counted(occurrence);
}

Change<void> AuditStore::record_of_new_user(Event event, std::string email) {
  const auto occurrence = EventCounts::of(event.type, event.outcome);
  return Change<void>{record_new_user, parameters_of(std::move(event), std::move(email))}.counted(occurrence);
}

Change<void> AuditStore::record_of_user(Event event, UserId user) {
  const auto occurrence = EventCounts::of(event.type, event.outcome);
  return Change<void>{record_user, parameters_of(std::move(event), user.value)}.counted(occurrence);
}

Change<void> AuditStore::record_of_new_session(Event event, std::string secret_hash) {
  const auto occurrence = EventCounts::of(event.type, event.outcome);
  Parameters parameters = parameters_of(std::move(event), Blob{std::move(secret_hash)});
  return Change<void>{record_new_session, std::move(parameters)}.counted(occurrence);
}

Change<void> AuditStore::record_of_session(Event event, SessionId session) {
  const auto occurrence = EventCounts::of(event.type, event.outcome);
  return Change<void>{record_session, parameters_of(std::move(event), session.value)}.counted(occurrence);
}

Change<void> AuditStore::record_of_session(Event event, SessionId session, std::string secret_hash) {
  const auto occurrence = EventCounts::of(event.type, event.outcome);
  Parameters parameters = parameters_of(std::move(event), session.value, Blob{std::move(secret_hash)});
  return Change<void>{record_session_with_secret, std::move(parameters)}.counted(occurrence);
}

Task<Page> AuditStore::page(Filter filter, std::optional<Place> after, unsigned limit) {
  limit = std::min(limit, page_events_max);
  const unsigned batch = has_unwanted(filter) ? page_events_max : limit + 1;
  Place place = after.value_or(Place{calendar_end, EventId{std::numeric_limits<std::int64_t>::max()}});
  Page page;
  for (unsigned scanned = 0; scanned < scanned_events_max; scanned += batch) {
    auto events = co_await read(filter, place, batch);
    for (StoredEvent& event : events) {
      if (page.events.size() == limit) {
        page.next = place;
        co_return page;
      }
      place = place_of(event);
      if (is_wanted(event, filter)) page.events.push_back(std::move(event));
    }
    if (events.size() < batch) co_return page;
  }
  page.next = place;
  co_return page;
}

/// Reads by the index that excludes most events.
Task<std::vector<StoredEvent>> AuditStore::read(const Filter& filter, Place after, std::int64_t limit) {
  const Statement* statement = &newest_events;
  Parameters parameters;
  if (filter.user) {
    statement = &events_of_user;
    parameters = {filter.user->value, after.id.value, limit};
  } else if (filter.from || filter.to) {
    statement = &events_of_time;
    parameters = {filter.from.value_or(calendar_begin), filter.to.value_or(calendar_end), after.at, after.id.value,
                  limit};
  } else if (filter.type) {
    statement = &events_of_type;
    parameters = {*filter.type, after.id.value, limit};
  } else {
    parameters = {after.id.value, limit};
  }
  const Rows rows = co_await database_.query(*statement, std::move(parameters));
  co_return read_events(rows);
}

Task<std::vector<StoredEvent>> AuditStore::part(Place after, TimePoint to, unsigned limit) {
  Parameters parameters{after.at, after.id.value, to, std::int64_t{limit}};
  const Rows rows = co_await database_.query(events_in_order, std::move(parameters));
  co_return read_events(rows);
}

database::ResultOf<std::int64_t> AuditStore::add_pruning(Changes& changes, const PrunableSeal& seal, TimePoint before,
                                                         TimePoint now, const database::HeldLease& lease) {
  changes.add(Change<void>{begin_pruning, {now}});
  const Origin origin = system_origin("retention");
  changes.add(Change<void>{
      record_pruning,
      {now, std::string{to_text(EventType::audit_pruned)}, std::string{to_text(Outcome::ok)},
       std::string{to_text(origin.kind)}, origin.actor, pruning_details(before), seal.number, lease.name, lease.holder}}
                  .counted(EventCounts::of(EventType::audit_pruned, Outcome::ok)));
  changes.add(
      Change<void>{delete_sealed_events,
                   {seal.first.value, seal.last.value, seal.from, seal.to, seal.number, lease.name, lease.holder}});
  const auto marked = SealStore::add_marking(changes, seal, now, lease);
  changes.add(Change<void>{end_pruning, {}});
  return marked;
}

}  // namespace gatehouse::audit
