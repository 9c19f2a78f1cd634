#include "database/database_facts.hpp"

namespace gatehouse::database {
namespace {

// There is no portable way to ask for a version.
constexpr Statement postgres_facts{"doctor_postgres",
                                   "SELECT 'PostgreSQL ' || current_setting('server_version'), "
                                   "current_setting('server_encoding'), clock_timestamp()"};
// Gatehouse makes its SQLite files in UTF-8, and SQLite takes every text in its other encodings too.
constexpr Statement sqlite_facts{"doctor_sqlite", "SELECT 'SQLite ' || sqlite_version(), 'UTF8'"};

}  // namespace

std::string encoding_warning(const DatabaseFacts& facts) {
  return "the database's encoding is " + facts.encoding +
         ", so text with other characters is refused or damaged; dump it, and restore it into one created "
         "with "
         "ENCODING 'UTF8'";
}

Task<DatabaseFacts> read_database_facts(SchemaDatabase& database) {
  const bool is_postgres = database.dialect() == Dialect::postgres;
  Parameters parameters;
  const Rows rows = co_await database.query(is_postgres ? postgres_facts : sqlite_facts, std::move(parameters));
  DatabaseFacts facts{.version = std::string{rows[0].text(0)}, .now = {}, .encoding = std::string{rows[0].text(1)}};
  if (is_postgres) facts.now = rows[0].time(2);
  co_return facts;
}

}  // namespace gatehouse::database
