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
    obstacles,         ///< something that belongs to it could not be carried over; nothing was done
    busy,              ///< others held locks all the time; another run continues from here
    unequal,           ///< the copy was not equal to the table, and was dropped
    taken_over,        ///< another process took the lease
  };

  End end = End::done;
  std::int64_t rows = 0;                    ///< rows that were compared
  database::schema::Layout layout = {};     ///< the one that the table has
  std::vector<std::string> obstacles = {};  ///< each in a few words
};

/// A table, and what it is called on the command line.
struct Reshapable {
  database::schema::ReshapableTable table;
  std::string_view name;   ///< `audit`
  std::string_view rows;   ///< `events`
  jobs::LeaseTerms lease;  ///< the one under which it is reshaped
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

/// Partitions a table, or makes it a single table again, while services use it (ADR 39).
///
/// It copies in small batches while a trigger follows every change, compares both tables, and then swaps them in one
/// short transaction. It may be killed at any moment: another run continues where it stopped. A run that wants another
/// layout drops the copy first.
///
/// PostgreSQL only, with every migration applied. Under a lease; every step renews it. Belongs to its Database's
/// thread; throws what Database throws.
class TableReshaping {
 public:
  static constexpr int tries_max = 1'000;  ///< for a step that others hold up; about ten minutes

  /// Called from time to time: how many rows were copied, or compared, of about how many.
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

  /// One run; outcome() says how it ended.
  [[nodiscard]] Task<> run(jobs::Lease lease);

  [[nodiscard]] const Reshaped& outcome() const { return outcome_; }

 private:
  using End = Reshaped::End;
  /// std::nullopt: go on.
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
  std::int64_t old_partitions_ = 0;   ///< of the original table
  std::optional<jobs::Lease> lease_;  ///< of the run
  Reshaped outcome_;
};

}  // namespace gatehouse::service
