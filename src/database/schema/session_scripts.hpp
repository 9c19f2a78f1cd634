#pragma once

#include <cstdint>
#include <string>

namespace gatehouse::database::schema {

/// How many partitions `sessions` may have; 0 stands for one table without any.
inline constexpr std::int64_t session_partitions_min = 2;
inline constexpr std::int64_t session_partitions_max = 1024;

// The scripts by which `sessions` gets another shape on PostgreSQL while services use it (ADR 39), in the order in
// which they are run, each in a transaction of its own that holds the migration lock. Every one but the last may be the
// last one that was run: session_copy says how far it went, and nothing but the last changes what services see.

/// Makes session_copy, and sessions_next with the columns, constraints, keys and indexes of sessions.
[[nodiscard]] std::string begin_copy_script(std::int64_t partitions);

/// Makes one partition of sessions_next, unless it is there. Of so many; counted from 0.
[[nodiscard]] std::string add_partition_script(std::int64_t partitions, std::int64_t number);

/// From here on every change of sessions is made in sessions_next, too, by a trigger, in the same transaction.
[[nodiscard]] std::string follow_changes_script();

/// Lets the planner know what is in the copy.
[[nodiscard]] std::string analyze_copy_script();

/// sessions_next becomes sessions, with the triggers and rights of the old table, which becomes sessions_old.
[[nodiscard]] std::string switch_tables_script();

/// Drops one partition of sessions_old, if it has any.
[[nodiscard]] std::string drop_old_partition_script();

/// Drops whatever the other scripts have made beside sessions, before the switch or after it; does nothing where there
/// is nothing.
[[nodiscard]] std::string drop_copy_script();

}  // namespace gatehouse::database::schema
