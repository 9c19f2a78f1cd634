#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "database/schema/reshapable_table.hpp"

namespace gatehouse::database::schema {

/// How many partitions Layout::hashed() may have.
inline constexpr std::int64_t hashed_partitions_min = 2;
inline constexpr std::int64_t hashed_partitions_max = 1024;

// The scripts by which a table gets another layout on PostgreSQL while services use it (ADR 39), in the order in which
// they are run, each in a separate transaction that holds the migration lock. A run may be interrupted after each of
// them: `{stem}_copy` says how far it went. Only switch_tables_script() changes what services see.

/// Makes `{stem}_copy`, and `{table}_next` with the columns, constraints, keys and indexes of the table.
[[nodiscard]] std::string begin_copy_script(const ReshapableTable& table, Layout layout);

/// Each makes some partitions of `{table}_next`, unless they exist; none if it is one table.
[[nodiscard]] std::vector<std::string> add_partition_scripts(const ReshapableTable& table, Layout layout);

/// From here on, a trigger makes every change of the table in `{table}_next`, too, in the same transaction.
[[nodiscard]] std::string follow_changes_script(const ReshapableTable& table);

/// Lets the planner know what is in the copy.
[[nodiscard]] std::string analyze_copy_script(const ReshapableTable& table);

/// `{table}_next` takes the name, triggers, rights and view of the table, which becomes `{table}_old`.
[[nodiscard]] std::string switch_tables_script(const ReshapableTable& table);

/// Drops one partition of `{table}_old`, if it has any.
[[nodiscard]] std::string drop_old_partition_script(const ReshapableTable& table);

/// Drops whatever the other scripts made beside the table, before or after the switch, if they made anything.
[[nodiscard]] std::string drop_copy_script(const ReshapableTable& table);
/// The same for every table that can be reshaped.
[[nodiscard]] std::string drop_copies_script();

}  // namespace gatehouse::database::schema
