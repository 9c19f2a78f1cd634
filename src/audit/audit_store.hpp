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

/// Which events are wanted: all that has every value that is given.
struct Filter {
  std::optional<std::string> type = {};
  std::optional<std::string> outcome = {};
  std::optional<std::string> actor = {};  ///< its name
  std::optional<UserId> user = {};
  std::optional<TimePoint> from = {};
  std::optional<TimePoint> to = {};  ///< the first moment that is not wanted any more
};

/// Where an event stands among the others.
struct Place {
  TimePoint at;
  EventId id;
};
[[nodiscard]] inline Place place_of(const StoredEvent& event) { return {event.at, event.id}; }

/// Some events, newest first, and where to look on; nothing: there are no more.
struct Page {
  std::vector<StoredEvent> events;
  std::optional<Place> next;
};

/// The only place that knows the SQL of the audit trail.
///
/// record() makes the change that puts an event on record. Commit it with the changes that the event tells of, so that
/// there is never one without the other. An id that only the database knows, or a row that may not be there, is taken
/// from the row itself by the other forms; they stand behind the change that wrote or locked that row.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws (Unavailable, StatementFailed).
class AuditStore {
 public:
  static constexpr unsigned page_events_max = 1000;
  static constexpr unsigned scanned_events_max = 10'000;  ///< for one page, so that a rare value costs no more

  /// `database` outlives the store.
  explicit AuditStore(database::Database& database) : database_(database) {}

  [[nodiscard]] static database::Change<void> record(Event event);
  /// Of a user who was inserted with this very email.
  [[nodiscard]] static database::Change<void> record_of_new_user(Event event, std::string email);
  /// Nothing is recorded where there is no such user.
  [[nodiscard]] static database::Change<void> record_of_user(Event event, UserId user);
  /// Of the last session that the same transaction inserted, with this hash, and of its user; nothing where it was not
  /// inserted.
  [[nodiscard]] static database::Change<void> record_of_new_session(Event event, std::string secret_hash);
  /// Of a session and its user, before it is deleted; nothing where there is no such session.
  [[nodiscard]] static database::Change<void> record_of_session(Event event, SessionId session);
  /// The same, where the session has this secret.
  [[nodiscard]] static database::Change<void> record_of_session(Event event, SessionId session,
                                                                std::string secret_hash);

  /// At most `limit` events, at most page_events_max. A page may have fewer although there are more: it ends where
  /// scanned_events_max were looked at.
  [[nodiscard]] Task<Page> page(Filter filter, std::optional<Place> after, unsigned limit);
  /// Oldest first: those behind `after` and before `to`, at most `limit`.
  [[nodiscard]] Task<std::vector<StoredEvent>> part(Place after, TimePoint to, unsigned limit);

  /// Deletes the events of a seal that was made before `before`, and puts that on record; only while the leases table
  /// names this holder. The seal stays. Of how many seals events were deleted: one or none.
  [[nodiscard]] static database::ResultOf<std::int64_t> add_pruning(database::Changes& changes,
                                                                    const PrunableSeal& seal, TimePoint before,
                                                                    TimePoint now, const database::HeldLease& lease);

 private:
  [[nodiscard]] Task<std::vector<StoredEvent>> read(const Filter& filter, Place after, std::int64_t limit);

  database::Database& database_;
};

}  // namespace gatehouse::audit
