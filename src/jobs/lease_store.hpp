#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"

namespace gatehouse::jobs {

/// Names what only one replica at a time may do, and how long the lease lasts if it is not renewed.
struct LeaseTerms {
  std::string_view name;  ///< static; the row's key, the same in every version of the program
  std::chrono::seconds duration;
};

/// Proof that this replica has taken a lease; only LeaseStore makes one. It may have expired since: work that must not
/// be done twice checks it in the database, together with the changes that do the work.
class Lease {
 public:
  [[nodiscard]] std::string_view name() const { return terms_.name; }
  [[nodiscard]] const std::string& holder() const { return holder_; }
  /// For changes that are made only while it is held.
  [[nodiscard]] database::HeldLease held() const { return {std::string{name()}, holder()}; }

 private:
  friend class LeaseStore;
  Lease(LeaseTerms terms, std::string holder) : terms_(terms), holder_(std::move(holder)) {}

  LeaseTerms terms_;
  std::string holder_;
};

/// The only place that writes the leases table: who does what only one replica at a time may do.
///
/// A lease whose holder died expires by itself, and then anybody may take it. All replicas' clocks should agree to well
/// within a lease's duration. If they do not, a lease may change hands early, but work that checks it together with its
/// changes is still safe.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws (Unavailable, StatementFailed).
class LeaseStore {
 public:
  /// Database and clock outlive the store. `random` gives this holder a name that no other store has.
  LeaseStore(database::Database& database, const Clock& clock, crypto::Random& random);

  /// Nothing if another holder has the lease and it has not expired. Taking a lease that this holder already has renews
  /// it.
  [[nodiscard]] Task<std::optional<Lease>> take(LeaseTerms terms);

  /// Ends the lease, if it is still this holder's.
  [[nodiscard]] Task<> give_back(Lease lease);

  /// Moves the end of the lease to its duration after `now`; false if somebody else has taken it. As the first of
  /// several changes, it keeps everybody else from taking the lease until they are committed.
  [[nodiscard]] static database::Change<bool> renew(const Lease& lease, TimePoint now);

  /// A write that is only a check: once committed, it proves that the database accepts writes. False if the migration
  /// of that name is not applied. It leaves a lease named `health` that nobody holds.
  [[nodiscard]] static database::Change<bool> prove_schema(std::string migration, TimePoint now);

 private:
  database::Database& database_;
  const Clock& clock_;
  const std::string holder_;
};

}  // namespace gatehouse::jobs
