#include "database/schema/audit_months.hpp"

#include <utility>

#include "database/schema/sql_literals.hpp"

namespace gatehouse::database::schema {
namespace {

constexpr Statement read_months{
    "audit_months_read",
    "WITH partitions AS (SELECT inhrelid, relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
    "WHERE inhparent = to_regclass('audit_events') AND EXISTS "
    "(SELECT 1 FROM pg_partitioned_table WHERE partrelid = inhparent)), "
    "wanted AS (SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + ahead * CAST('1 month' AS interval), "
    "'\"audit_events_y\"YYYY\"m\"MM') AS name FROM generate_series(0, 3) AS ahead) "
    "SELECT (SELECT count(*) FROM partitions WHERE relname <> 'audit_events_default'), "
    "(SELECT count(*) FROM wanted WHERE EXISTS (SELECT 1 FROM partitions) "
    "AND NOT EXISTS (SELECT 1 FROM partitions WHERE relname = wanted.name)), "
    "(SELECT CAST(coalesce(sum(pg_relation_size(inhrelid)), 0) AS bigint) FROM partitions "
    "WHERE relname = 'audit_events_default')"};

constexpr Statement list_months{
    "audit_months_list_before",
    "SELECT CAST(relname AS text) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
    "WHERE inhparent = to_regclass('audit_events') AND relname ~ '^audit_events_y\\d{4}m\\d\\d$' "
    "AND relname < to_char(CAST($1 AS timestamptz) AT TIME ZONE 'UTC', '\"audit_events_y\"YYYY\"m\"MM') ORDER BY "
    "relname"};

}  // namespace

Task<AuditMonths> read_audit_months(Database& database) {
  Parameters none;
  const Rows rows = co_await database.query(read_months, std::move(none));
  co_return AuditMonths{.months = rows[0].integer(0), .missing = rows[0].integer(1), .rest_bytes = rows[0].integer(2)};
}

std::string add_audit_months_script() { return "SELECT gatehouse_add_audit_months('audit_events', now());"; }

Task<std::vector<std::string>> list_audit_months_before(Database& database, TimePoint time) {
  Parameters parameters{time};
  const Rows rows = co_await database.query(list_months, std::move(parameters));
  std::vector<std::string> partitions;
  partitions.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) partitions.emplace_back(rows[i].text(0));
  co_return partitions;
}

std::string drop_audit_month_script(const AuditMonthDrop& drop, const HeldLease& lease) {
  return "SELECT gatehouse_drop_audit_month(" + name_literal(drop.partition) + ", " +
         time_literal(drop.sealed_before, Dialect::postgres) + ", " + time_literal(drop.now, Dialect::postgres) +
         ") FROM (SELECT name FROM leases WHERE name = " + name_literal(lease.name) +
         " AND holder = " + name_literal(lease.holder) + " FOR UPDATE) AS held;";
}

}  // namespace gatehouse::database::schema
