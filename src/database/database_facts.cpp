#include "database/database_facts.hpp"

namespace gatehouse::database {
namespace {

// Asking for a version is the one thing that has no portable form.
constexpr Statement postgres_facts{"doctor_postgres",
                                   "SELECT 'PostgreSQL ' || current_setting('server_version'), clock_timestamp()"};
constexpr Statement sqlite_facts{"doctor_sqlite", "SELECT 'SQLite ' || sqlite_version()"};

}  // namespace

Task<DatabaseFacts> read_database_facts(SchemaDatabase& database) {
  const bool is_postgres = database.dialect() == Dialect::postgres;
  Parameters parameters;
  const Rows rows = co_await database.query(is_postgres ? postgres_facts : sqlite_facts, std::move(parameters));
  DatabaseFacts facts{std::string{rows[0].text(0)}, std::nullopt};
  if (is_postgres) facts.now = rows[0].time(1);
  co_return facts;
}

}  // namespace gatehouse::database
