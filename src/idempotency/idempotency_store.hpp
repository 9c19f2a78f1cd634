#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "idempotency/model.hpp"

namespace gatehouse::idempotency {

/// Violated if the work that is to be committed is no longer this attempt's: its time was over, and another one took
/// its place.
inline constexpr database::Constraint attempt_is_the_running_one{database::Violation::Kind::check,
                                                                 {"idempotency_keys_state_known"}};

/// A row as it is found.
struct StoredRequest {
  std::string mark;  ///< of its fingerprint
  bool is_done = false;
  std::int64_t status = 0;
  std::optional<std::int64_t> resource_id;
  std::optional<std::string> sealed_answer;
  TimePoint done_at;
  TimePoint expires_at;
};

/// How long a row is valid.
struct Span {
  TimePoint from;
  TimePoint until;
};

/// The outcome of an attempt's work.
struct Outcome {
  Span kept;                                   ///< from the time of the work on
  std::optional<std::string> user_email = {};  ///< exact email of the user that an earlier change inserted
  std::optional<std::string> sealed_answer = {};
};

/// The table idempotency_keys, and the only place that knows its SQL. `mark` is that of the request's fingerprint.
///
/// A flow adds finish() after the changes that are the work, so that they are committed together, once.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws. The static functions make changes.
class IdempotencyStore {
 public:
  static constexpr std::int64_t cleanup_rows_max = 500;

  /// `database` outlives the store.
  explicit IdempotencyStore(database::Database& database) : database_(database) {}

  /// The row of a request with this principal and key, whether its time is over or not.
  [[nodiscard]] Task<std::optional<StoredRequest>> find(KeyedRequest request);

  /// Inserts a running row; false if there is a row already.
  [[nodiscard]] static database::Change<bool> insert(const Attempt& attempt, std::string mark, Span running);
  /// Replaces a row whose time is over by a running one; false if there is no such row.
  [[nodiscard]] static database::Change<bool> take_over(const Attempt& attempt, std::string mark, Span running);
  /// Marks the row as done. May violate attempt_is_the_running_one.
  [[nodiscard]] static database::Change<void> finish(const Attempt& attempt, std::string mark, Outcome outcome);
  /// Deletes the row if it is running and this attempt's.
  [[nodiscard]] static database::Change<void> release(const Attempt& attempt);
  /// Deletes up to cleanup_rows_max rows whose time is over, while the leases table names this holder; else none.
  /// Returns how many.
  [[nodiscard]] static database::Change<std::int64_t> delete_expired(TimePoint now, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::idempotency
