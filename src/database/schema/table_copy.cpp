#include "database/schema/table_copy.hpp"

#include <string_view>
#include <utility>

namespace gatehouse::database::schema {
namespace {

constexpr std::string_view find_table_sql =
    "SELECT CASE WHEN relkind <> 'p' THEN 0 WHEN (SELECT partstrat FROM pg_partitioned_table WHERE partrelid = "
    "one.oid) "
    "= 'r' THEN -1 ELSE (SELECT count(*) FROM pg_inherits WHERE inhparent = one.oid) END, "
    "(SELECT count(*) FROM pg_inherits WHERE relkind = 'p' AND inhparent = one.oid), "
    "(SELECT CAST(coalesce(sum(greatest(reltuples, 0)), 0) AS bigint) FROM pg_class WHERE relkind = 'r' "
    "AND (oid = one.oid OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = one.oid))), "
    "CAST(CASE WHEN to_regclass('{stem}_copy') IS NULL THEN 0 ELSE 1 END AS bigint) "
    "FROM pg_class AS one WHERE oid = to_regclass('{table}')";

constexpr std::string_view find_copy_sql =
    "SELECT CAST(partitions AS bigint), CAST(CASE WHEN target_id IS NULL THEN 0 ELSE 1 END AS bigint) "
    "FROM {stem}_copy";

// Whatever others have made on the table: what depends on it but is not part of it, and what is part of it but cannot
// be part of its successor. The primary key is made anew.
constexpr std::string_view obstacles_sql =
    "WITH one AS (SELECT * FROM pg_class WHERE oid = to_regclass('{table}')), "
    "tree AS (SELECT oid FROM one UNION ALL SELECT inhrelid FROM pg_inherits JOIN one ON inhparent = one.oid) "
    "SELECT pg_describe_object(classid, objid, objsubid) || ' depends on it' FROM pg_depend, one WHERE deptype = 'n' "
    "AND (refclassid = CAST('pg_class' AS regclass) AND refobjid = one.oid "
    "OR refclassid = CAST('pg_type' AS regclass) AND refobjid = one.reltype) "
    "AND NOT (classid = CAST('pg_trigger' AS regclass) AND objid IN (SELECT oid FROM pg_trigger WHERE tgrelid = "
    "one.oid)) "
    "AND NOT (classid = CAST('pg_constraint' AS regclass) "
    "AND objid IN (SELECT oid FROM pg_constraint WHERE conrelid = one.oid)) "
    "AND NOT (classid = CAST('pg_rewrite' AS regclass) "
    "AND objid IN (SELECT oid FROM pg_rewrite WHERE ev_class = to_regclass(nullif('{view}', '')))) "
    "UNION SELECT 'it has row security' FROM one WHERE relrowsecurity OR EXISTS "
    "(SELECT 1 FROM pg_policy WHERE polrelid = one.oid) "
    "UNION SELECT 'it is unlogged' FROM one WHERE relpersistence <> 'p' "
    "UNION SELECT 'it has a replica identity' FROM one WHERE relreplident <> 'd' "
    "UNION SELECT 'publication ' || pubname || ' includes it' FROM pg_publication_tables "
    "JOIN tree ON to_regclass(quote_ident(schemaname) || '.' || quote_ident(tablename)) = tree.oid "
    "UNION SELECT 'it is not in the schema ' || current_schema() FROM one "
    "WHERE relnamespace <> to_regnamespace(quote_ident(current_schema())) "
    "UNION SELECT 'another table inherits from it' FROM one JOIN pg_inherits ON inhparent = one.oid WHERE relkind = "
    "'r' "
    "UNION SELECT 'it inherits from another table' FROM one JOIN pg_inherits ON inhrelid = one.oid "
    "UNION SELECT 'column ' || attname || ' has its own privileges' FROM one JOIN pg_attribute ON attrelid = one.oid "
    "WHERE attacl IS NOT NULL "
    "UNION SELECT 'column ' || attname || ' is generated' FROM one JOIN pg_attribute ON attrelid = one.oid "
    "WHERE attgenerated <> '' "
    "UNION SELECT 'column ' || attname || ' is an identity' FROM one JOIN pg_attribute ON attrelid = one.oid "
    "WHERE attidentity <> '' AND attname <> 'id' "
    "UNION SELECT 'constraint ' || conname || ' excludes rows' FROM one JOIN pg_constraint ON conrelid = one.oid "
    "WHERE contype = 'x' "
    "UNION SELECT 'constraint ' || conname || ' is not validated' FROM one JOIN pg_constraint ON conrelid = one.oid "
    "WHERE NOT convalidated "
    "UNION SELECT 'trigger ' || tgname || ' is not enabled as usual' FROM one JOIN pg_trigger ON tgrelid = one.oid "
    "WHERE NOT tgisinternal AND tgenabled <> 'O' "
    "UNION SELECT 'trigger ' || tgname || ' is per row and has transition tables' FROM one "
    "JOIN pg_trigger ON tgrelid = one.oid WHERE $1 = 1 AND NOT tgisinternal AND tgtype % 2 = 1 "
    "AND (tgoldtable IS NOT NULL OR tgnewtable IS NOT NULL) "
    "UNION SELECT 'unique index ' || CAST(indexrelid AS regclass) || ' has no {chosen_by}, which a partitioned table "
    "needs' "
    "FROM one JOIN pg_index ON indrelid = one.oid JOIN pg_attribute ON attrelid = one.oid AND attname = '{chosen_by}' "
    "WHERE $1 = 1 AND indisunique AND NOT indisprimary AND NOT attnum = ANY (indkey) ORDER BY 1";

// Applies to the transaction.
constexpr Write be_patient{"table_copy_be_patient", "SELECT set_config('lock_timeout', $1, true)", announces_nothing};

// Rows with later ids are copied by the trigger alone. Nobody sees the copy, so nothing is announced.
constexpr std::string_view copy_sql =
    "WITH batch AS MATERIALIZED (SELECT * FROM {table} WHERE id > (SELECT last_id FROM {stem}_copy) "
    "ORDER BY id LIMIT $1 FOR SHARE), "
    "copied AS (INSERT INTO {table}_next OVERRIDING SYSTEM VALUE SELECT * FROM batch ON CONFLICT DO NOTHING "
    "RETURNING id) "
    "UPDATE {stem}_copy SET last_id = greatest(last_id, coalesce((SELECT max(id) FROM batch), target_id)) "
    "RETURNING (SELECT count(*) FROM copied), CAST(CASE WHEN last_id >= target_id THEN 1 ELSE 0 END AS bigint)";

// A checksum is the sum of the rows' hashes, so their order does not matter.
constexpr std::string_view compare_sql =
    "WITH range AS (SELECT max(id) AS last, count(*) AS ids FROM "
    "(SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT $2) AS few), "
    "bounds AS (SELECT CASE WHEN ids = $2 THEN last END AS last FROM range), "
    "here AS (SELECT count(*) AS rows, coalesce(sum(hashtextextended(CAST(one AS text), 0)), 0) AS checksum "
    "FROM {table} AS one, bounds WHERE id > $1 AND id <= coalesce(last, 9223372036854775807)), "
    "there AS (SELECT count(*) AS rows, coalesce(sum(hashtextextended(CAST(one AS text), 0)), 0) AS checksum "
    "FROM {table}_next AS one, bounds WHERE id > $1 AND id <= coalesce(last, 9223372036854775807)) "
    "SELECT here.rows, CAST(CASE WHEN here.rows = there.rows AND here.checksum = there.checksum THEN 1 ELSE 0 END "
    "AS bigint), last FROM here, there, bounds";

/// A statement with the names of one table in it, and the text that it refers to.
template <class Kind>
struct OfTable {
  template <class... Topic>
  OfTable(const ReshapableTable& table, std::string_view what, std::string_view pattern, const Topic&... topic)
      : name(std::string{table.stem}.append("_copy_").append(what)),
        sql(with_names_of(table, pattern)),
        statement(name, sql, topic...) {}

  const std::string name;
  const std::string sql;
  const Kind statement;
};

struct CopyStatements {
  explicit CopyStatements(const ReshapableTable& table)
      : find_table(table, "find_table", find_table_sql),
        find_copy(table, "find", find_copy_sql),
        obstacles(table, "obstacles", obstacles_sql),
        copy(table, "batch", copy_sql, announces_nothing),
        compare(table, "compare", compare_sql) {}

  const OfTable<Statement> find_table;
  const OfTable<Statement> find_copy;
  const OfTable<Statement> obstacles;
  const OfTable<Write<void>> copy;
  const OfTable<Statement> compare;
};

const CopyStatements& statements_of(const ReshapableTable& table) {
  static const CopyStatements of_sessions{sessions_table};
  static const CopyStatements of_audit{audit_table};
  return table.name == audit_table.name ? of_audit : of_sessions;
}

CopyProgress read_progress(const Rows& rows) {
  return {.copied = rows[0].integer(0), .is_done = rows[0].integer(1) != 0};
}

}  // namespace

Task<TableState> read_table_state(SchemaDatabase& database, ReshapableTable table) {
  const CopyStatements& statements = statements_of(table);
  Parameters none;
  const Rows found = co_await database.query(statements.find_table.statement, std::move(none));
  if (found.empty()) co_return TableState{};
  TableState state{.layout = Layout::of_code(found[0].integer(0)),
                   .partitions = found[0].integer(1),
                   .rows = found[0].integer(2),
                   .has_copy = found[0].integer(3) != 0};
  if (!state.has_copy) co_return state;
  Parameters nothing;
  const Rows copy = co_await database.query(statements.find_copy.statement, std::move(nothing));
  state.copy_layout = Layout::of_code(copy[0].integer(0));
  state.is_followed = copy[0].integer(1) != 0;
  co_return state;
}

Task<std::vector<std::string>> list_obstacles(SchemaDatabase& database, ReshapableTable table, Layout layout) {
  Parameters parameters{std::int64_t{layout.is_partitioned() ? 1 : 0}};
  const Rows rows = co_await database.query(statements_of(table).obstacles.statement, std::move(parameters));
  std::vector<std::string> obstacles;
  obstacles.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) obstacles.emplace_back(rows[i].text(0));
  co_return obstacles;
}

ResultOf<CopyProgress> TableCopy::add_batch(Changes& changes, const ReshapableTable& table) {
  changes.add(Change<void>{be_patient, {std::to_string(batch_lock_patience_ms)}});
  return changes.add(Change<CopyProgress>{statements_of(table).copy.statement, {batch_max}, read_progress});
}

Task<CopyComparison> TableCopy::compare(Database& database, ReshapableTable table, std::int64_t after) {
  Parameters parameters{after, compared_max};
  const Rows rows = co_await database.query(statements_of(table).compare.statement, std::move(parameters));
  CopyComparison comparison{.rows = rows[0].integer(0), .is_equal = rows[0].integer(1) != 0, .last = std::nullopt};
  if (!rows[0].is_null(2)) comparison.last = rows[0].integer(2);
  co_return comparison;
}

}  // namespace gatehouse::database::schema
