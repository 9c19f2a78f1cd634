#include "jobs/lease_store.hpp"

#include <utility>

#include "crypto/random_name.hpp"

namespace gatehouse::jobs {
namespace {

using database::announces_nothing;
using database::Write;

constexpr Write take_lease{"leases_take",
                           "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3) "
                           "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, "
                           "expires_at = excluded.expires_at "
                           "WHERE leases.expires_at < $4 OR leases.holder = excluded.holder RETURNING holder",
                           announces_nothing};

constexpr Write renew_lease{"leases_renew", "UPDATE leases SET expires_at = $3 WHERE name = $1 AND holder = $2",
                            announces_nothing};

constexpr Write end_lease{"leases_give_back", "DELETE FROM leases WHERE name = $1 AND holder = $2", announces_nothing};

// The write also checks that the schema is the program's, so that one round trip proves both. The time makes it a real
// write: SQLite skips one that changes nothing.
constexpr Write prove_schema_of{"leases_prove_schema",
                                "INSERT INTO leases (name, holder, expires_at) "
                                "SELECT 'health', name, $2 FROM gatehouse_migrations WHERE name = $1 "
                                "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, "
                                "expires_at = excluded.expires_at",
                                announces_nothing};

bool has_row(const database::Rows& rows) { return !rows.empty(); }

bool touched_one(const database::Rows& rows) { return rows.affected() == 1; }

}  // namespace

LeaseStore::LeaseStore(database::Database& database, const Clock& clock, crypto::Random& random)
    : database_(database), clock_(clock), holder_(crypto::random_name(random)) {}

Task<std::optional<Lease>> LeaseStore::take(LeaseTerms terms) {
  const TimePoint now = clock_.now();
  database::Change<bool> take{take_lease, {std::string{terms.name}, holder_, now + terms.duration, now}, has_row};
  const bool taken = co_await database_.commit(std::move(take));
  if (!taken) co_return std::nullopt;
  co_return Lease{terms, holder_};
}

Task<> LeaseStore::give_back(Lease lease) {
  database::Change<void> end{end_lease, {std::string{lease.name()}, lease.holder()}};
  co_await database_.commit(std::move(end));
}

database::Change<bool> LeaseStore::prove_schema(std::string migration, TimePoint now) {
  return {prove_schema_of, {std::move(migration), now}, touched_one};
}

database::Change<bool> LeaseStore::renew(const Lease& lease, TimePoint now) {
  return {renew_lease, {std::string{lease.name()}, lease.holder(), now + lease.terms_.duration}, touched_one};
}

}  // namespace gatehouse::jobs
