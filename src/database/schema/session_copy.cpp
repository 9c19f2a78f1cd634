#include "database/schema/session_copy.hpp"

#include <utility>

namespace gatehouse::database::schema {
namespace {

constexpr Statement find_session_table{
    "session_copy_find_table",
    "SELECT CASE relkind WHEN 'p' THEN (SELECT count(*) FROM pg_inherits WHERE inhparent = one.oid) ELSE 0 END, "
    "(SELECT CAST(coalesce(sum(greatest(reltuples, 0)), 0) AS bigint) FROM pg_class WHERE relkind = 'r' "
    "AND (oid = one.oid OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = one.oid))), "
    "CAST(CASE WHEN to_regclass('session_copy') IS NULL THEN 0 ELSE 1 END AS bigint) "
    "FROM pg_class AS one WHERE oid = to_regclass('sessions')"};

constexpr Statement find_session_copy{
    "session_copy_find",
    "SELECT CAST(partitions AS bigint), CAST(CASE WHEN target_id IS NULL THEN 0 ELSE 1 END AS bigint) "
    "FROM session_copy"};

// Whatever others have made on the table: what depends on it but is not part of it, and what is part of it but cannot
// be part of the next one.
constexpr Statement list_session_obstacles{
    "session_copy_obstacles",
    "WITH one AS (SELECT * FROM pg_class WHERE oid = to_regclass('sessions')), "
    "tree AS (SELECT oid FROM one UNION ALL SELECT inhrelid FROM pg_inherits JOIN one ON inhparent = one.oid) "
    "SELECT pg_describe_object(classid, objid, objsubid) || ' depends on it' FROM pg_depend, one WHERE deptype = 'n' "
    "AND (refclassid = CAST('pg_class' AS regclass) AND refobjid = one.oid "
    "OR refclassid = CAST('pg_type' AS regclass) AND refobjid = one.reltype) "
    "AND NOT (classid = CAST('pg_trigger' AS regclass) AND objid IN (SELECT oid FROM pg_trigger WHERE tgrelid = "
    "one.oid)) "
    "AND NOT (classid = CAST('pg_constraint' AS regclass) "
    "AND objid IN (SELECT oid FROM pg_constraint WHERE conrelid = one.oid)) "
    "UNION SELECT 'it has row security' FROM one WHERE relrowsecurity OR EXISTS "
    "(SELECT 1 FROM pg_policy WHERE polrelid = one.oid) "
    "UNION SELECT 'it is not logged' FROM one WHERE relpersistence <> 'p' "
    "UNION SELECT 'it has a replica identity' FROM one WHERE relreplident <> 'd' "
    "UNION SELECT 'publication ' || pubname || ' has it' FROM pg_publication "
    "JOIN pg_publication_rel ON prpubid = pg_publication.oid WHERE prrelid IN (SELECT oid FROM tree) "
    "UNION SELECT 'another table inherits from it' FROM one JOIN pg_inherits ON inhparent = one.oid WHERE relkind = "
    "'r' "
    "UNION SELECT 'it inherits from another table' FROM one JOIN pg_inherits ON inhrelid = one.oid "
    "UNION SELECT 'column ' || attname || ' has rights of its own' FROM one JOIN pg_attribute ON attrelid = one.oid "
    "WHERE attacl IS NOT NULL "
    "UNION SELECT 'column ' || attname || ' is an identity' FROM one JOIN pg_attribute ON attrelid = one.oid "
    "WHERE attidentity <> '' "
    "UNION SELECT 'constraint ' || conname || ' excludes rows' FROM one JOIN pg_constraint ON conrelid = one.oid "
    "WHERE contype = 'x' "
    "UNION SELECT 'constraint ' || conname || ' is not validated' FROM one JOIN pg_constraint ON conrelid = one.oid "
    "WHERE NOT convalidated "
    "UNION SELECT 'trigger ' || tgname || ' is not enabled as usual' FROM one JOIN pg_trigger ON tgrelid = one.oid "
    "WHERE NOT tgisinternal AND tgenabled <> 'O' "
    "UNION SELECT 'trigger ' || tgname || ' sees the changed rows of each row' FROM one "
    "JOIN pg_trigger ON tgrelid = one.oid WHERE $1 = 1 AND NOT tgisinternal AND tgtype % 2 = 1 "
    "AND (tgoldtable IS NOT NULL OR tgnewtable IS NOT NULL) "
    "UNION SELECT 'unique index ' || CAST(indexrelid AS regclass) || ' has no id, which a partitioned table needs' "
    "FROM one JOIN pg_index ON indrelid = one.oid JOIN pg_attribute ON attrelid = one.oid AND attname = 'id' "
    "WHERE $1 = 1 AND indisunique AND NOT attnum = ANY (indkey) ORDER BY 1"};

// Of the transaction.
constexpr Write be_patient{"session_copy_be_patient", "SELECT set_config('lock_timeout', $1, true)", announces_nothing};

// Rows of later ids are copied by the trigger alone. Nobody sees the copy, so nothing is announced.
constexpr Write copy_sessions{
    "session_copy_batch",
    "WITH batch AS MATERIALIZED (SELECT * FROM sessions WHERE id > (SELECT last_id FROM session_copy) "
    "ORDER BY id LIMIT $1 FOR SHARE), "
    "copied AS (INSERT INTO sessions_next SELECT * FROM batch ON CONFLICT (id) DO NOTHING RETURNING id) "
    "UPDATE session_copy SET last_id = greatest(last_id, coalesce((SELECT max(id) FROM batch), target_id)) "
    "RETURNING (SELECT count(*) FROM copied), CAST(CASE WHEN last_id >= target_id THEN 1 ELSE 0 END AS bigint)",
    announces_nothing};

// A checksum is the sum of the rows' hashes, so the order counts for nothing.
constexpr Statement compare_sessions{
    "session_copy_compare",
    "WITH range AS (SELECT max(id) AS last, count(*) AS ids FROM "
    "(SELECT id FROM sessions WHERE id > $1 ORDER BY id LIMIT $2) AS few), "
    "bounds AS (SELECT CASE WHEN ids = $2 THEN last END AS last FROM range), "
    "here AS (SELECT count(*) AS rows, coalesce(sum(hashtextextended(CAST(one AS text), 0)), 0) AS checksum "
    "FROM sessions AS one, bounds WHERE id > $1 AND id <= coalesce(last, 9223372036854775807)), "
    "there AS (SELECT count(*) AS rows, coalesce(sum(hashtextextended(CAST(one AS text), 0)), 0) AS checksum "
    "FROM sessions_next AS one, bounds WHERE id > $1 AND id <= coalesce(last, 9223372036854775807)) "
    "SELECT here.rows, CAST(CASE WHEN here.rows = there.rows AND here.checksum = there.checksum THEN 1 ELSE 0 END "
    "AS bigint), last FROM here, there, bounds"};

CopyProgress read_progress(const Rows& rows) {
  return {.copied = rows[0].integer(0), .is_done = rows[0].integer(1) != 0};
}

}  // namespace

Task<SessionTable> read_session_table(SchemaDatabase& database) {
  Parameters none;
  const Rows found = co_await database.query(find_session_table, std::move(none));
  if (found.empty()) co_return SessionTable{};
  SessionTable table{.partitions = found[0].integer(0), .rows = found[0].integer(1)};
  table.has_copy = found[0].integer(2) != 0;
  if (!table.has_copy) co_return table;
  Parameters nothing;
  const Rows copy = co_await database.query(find_session_copy, std::move(nothing));
  table.copy_partitions = copy[0].integer(0);
  table.is_followed = copy[0].integer(1) != 0;
  co_return table;
}

Task<std::vector<std::string>> list_obstacles(SchemaDatabase& database, bool is_partitioned) {
  Parameters parameters{std::int64_t{is_partitioned ? 1 : 0}};
  const Rows rows = co_await database.query(list_session_obstacles, std::move(parameters));
  std::vector<std::string> obstacles;
  obstacles.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) obstacles.emplace_back(rows[i].text(0));
  co_return obstacles;
}

ResultOf<CopyProgress> SessionCopy::add_batch(Changes& changes) {
  changes.add(Change<void>{be_patient, {std::to_string(batch_lock_patience_ms)}});
  return changes.add(Change<CopyProgress>{copy_sessions, {batch_max}, read_progress});
}

Task<CopyComparison> SessionCopy::compare(Database& database, std::int64_t after) {
  Parameters parameters{after, compared_max};
  const Rows rows = co_await database.query(compare_sessions, std::move(parameters));
  CopyComparison comparison{.rows = rows[0].integer(0), .is_equal = rows[0].integer(1) != 0, .last = std::nullopt};
  if (!rows[0].is_null(2)) comparison.last = rows[0].integer(2);
  co_return comparison;
}

}  // namespace gatehouse::database::schema
