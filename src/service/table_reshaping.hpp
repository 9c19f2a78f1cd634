#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "database/schema/reshapable_table.hpp"
#include "database/schema_database.hpp"
#include "jobs/job.hpp"
#include "runtime/periodic.hpp"

namespace gatehouse::service {

/// How a reshaping ended.
struct Reshaped {
  /// What became of the table.
  enum class End {
    done,
    already,           ///< it had that shape
    other_partitions,  ///< it is partitioned, but into another number; nothing was done
    obstacles,         ///< something on it could not come along; nothing was done
    busy,              ///< others held locks all the time; another run goes on from here
    unequal,           ///< the copy was not what it should be, and is gone
    taken_over,        ///< another process took the lease
  };

  End end = End::done;
  std::int64_t rows = 0;                    ///< compared
  database::schema::Layout layout = {};     ///< that the table has
  std::vector<std::string> obstacles = {};  ///< each in a few words
};

/// A table, and what those who run the command call it.
struct Reshapable {
  database::schema::ReshapableTable table;
  std::string_view name;   ///< `audit`
  std::string_view rows;   ///< `events`
  jobs::LeaseTerms lease;  ///< under which it is reshaped
};

inline constexpr Reshapable reshapable_sessions{
    .table = database::schema::sessions_table,
    .name = "sessions",
    .rows = "sessions",
    .lease = {.name = "session partitioning", .duration = std::chrono::seconds{10}}};
inline constexpr Reshapable reshapable_audit{
    .table = database::schema::audit_table,
    .name = "audit",
    .rows = "events",
    .lease = {.name = "audit partitioning", .duration = std::chrono::seconds{10}}};

/// Gives a table another layout, or makes it one again, while services use it (ADR 39).
///
/// It copies in small batches beside a trigger that follows every change, compares both tables, and then swaps them in
/// one short transaction. It may be killed at any moment: another run goes on where it was. A run that wants another
/// layout throws the copy away first.
///
/// PostgreSQL only, with every migration applied. Under a lease; every step renews it. Belongs to its Database's
/// thread; throws what Database throws.
class TableReshaping {
 public:
  static constexpr int tries_max = 1'000;  ///< of a step that others hold up; some ten minutes

  /// Told from time to time: how many rows were copied, or compared, of about how many.
  using Show = std::function<void(std::string_view what, std::int64_t done, std::int64_t all)>;

  /// What it works on; all outlive it.
  struct Parts {
    database::Database& database;
    database::SchemaDatabase& schema;
    const Clock& clock;
    Show show;
    runtime::Pause pause = runtime::pause_for;
  };

  TableReshaping(Parts parts, const database::schema::ReshapableTable& table, database::schema::Layout layout)
      : parts_(std::move(parts)), table_(table), layout_(layout) {}

  /// One run, with its end in outcome().
  [[nodiscard]] Task<> run(jobs::Lease lease);

  [[nodiscard]] const Reshaped& outcome() const { return outcome_; }

 private:
  using End = Reshaped::End;
  /// Nothing: go on.
  using Step = Task<std::optional<End>>;

  [[nodiscard]] Task<End> reshape();
  [[nodiscard]] Task<End> make(bool has_copy, bool is_followed);
  [[nodiscard]] Step prepare(bool has_copy, bool is_followed);
  [[nodiscard]] Step copy();
  [[nodiscard]] Task<std::optional<database::Committed>> try_batch(database::Changes changes);
  [[nodiscard]] Step compare();
  [[nodiscard]] Task<End> drop_unequal();
  [[nodiscard]] Step drop_old();
  [[nodiscard]] Step run_script(std::string script);
  [[nodiscard]] Task<bool> renew();

  const Parts parts_;
  const database::schema::ReshapableTable table_;
  const database::schema::Layout layout_;
  std::int64_t rows_ = 0;             ///< estimated
  std::int64_t old_partitions_ = 0;   ///< of the table that was there before
  std::optional<jobs::Lease> lease_;  ///< of the run
  Reshaped outcome_;
};

}  // namespace gatehouse::service
