#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/event.hpp"
#include "audit/seal_store.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"

namespace gatehouse::audit {

/// Which events are wanted: those that match every value that is given.
struct Filter {
  std::optional<std::string> type = {};
  std::optional<std::string> outcome = {};
  std::optional<std::string> actor = {};  ///< the actor's name
  std::optional<UserId> user = {};
  std::optional<TimePoint> from = {};
  std::optional<TimePoint> to = {};  ///< exclusive
};

/// The place of an event among the others.
struct Place {
  TimePoint at;
  EventId id;
};
[[nodiscard]] inline Place place_of(const StoredEvent& event) { return {event.at, event.id}; }

/// Some events, newest first, and the place after which the next page begins; nothing: there are no more.
struct Page {
  std::vector<StoredEvent> events;
  std::optional<Place> next;
};

/// The only place that knows the SQL of the audit trail.
///
/// record() makes the change that records an event. Commit it together with the changes that the event reports, so that
/// there is never one without the other. If only the database knows an id, or if a row may not exist, use the other
/// forms, which take the ids from the row itself. Add them after the change that wrote or locked that row.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws (Unavailable, StatementFailed).
class AuditStore {
 public:
  static constexpr unsigned page_events_max = 1000;
  static constexpr unsigned scanned_events_max = 10'000;  ///< per page, so that a rare value costs no more

  /// `database` outlives the store.
  explicit AuditStore(database::Database& database) : database_(database) {}

  [[nodiscard]] static database::Change<void> record(Event event);
  /// Records nothing if there is an event of this type with the same time and details. For events whose recording may
  /// have to be repeated.
  [[nodiscard]] static database::Change<void> record_once(Event event);
  /// An event of the user who was inserted with exactly this email.
  [[nodiscard]] static database::Change<void> record_of_new_user(Event event, std::string email);
  /// Nothing is recorded if there is no such user.
  [[nodiscard]] static database::Change<void> record_of_user(Event event, UserId user);
  /// An event of the last session that the same transaction inserted, with this hash, and of its user; nothing is
  /// recorded if it was not inserted.
  [[nodiscard]] static database::Change<void> record_of_new_session(Event event, std::string secret_hash);
  /// An event of a session and its user, before the session is deleted; nothing is recorded if there is no such
  /// session.
  [[nodiscard]] static database::Change<void> record_of_session(Event event, SessionId session);
  /// The same, but only if the session has this secret.
  [[nodiscard]] static database::Change<void> record_of_session(Event event, SessionId session,
                                                                std::string secret_hash);

  /// At most `limit` events, at most page_events_max. A page may have fewer although there are more: it ends once
  /// scanned_events_max events were read.
  [[nodiscard]] Task<Page> page(Filter filter, std::optional<Place> after, unsigned limit);
  /// The events after `after` and before `to`, oldest first, at most `limit`.
  [[nodiscard]] Task<std::vector<StoredEvent>> part(Place after, TimePoint to, unsigned limit);

  /// Deletes the events of a seal that was made before `before`, and records that; only while the leases table names
  /// this holder. The seal stays. The result is the number of seals whose events were deleted: one or none.
  [[nodiscard]] static database::ResultOf<std::int64_t> add_pruning(database::Changes& changes,
                                                                    const PrunableSeal& seal, TimePoint before,
                                                                    TimePoint now, const database::HeldLease& lease);

 private:
  [[nodiscard]] Task<std::vector<StoredEvent>> read(const Filter& filter, Place after, std::int64_t limit);

  database::Database& database_;
};

}  // namespace gatehouse::audit
