#include "database/postgres/session_sql.hpp"

namespace gatehouse::database::postgres {
namespace {

std::string set(const char* name, const std::string& value, bool only_this_transaction) {
  return std::string{"set_config('"} + name + "', '" + value + (only_this_transaction ? "', true)" : "', false)");
}

std::string set_timeout(const char* name, std::chrono::milliseconds timeout, bool only_this_transaction) {
  return set(name, std::to_string(timeout.count()), only_this_transaction);
}

}  // namespace

std::string take_session_sql(const ConnectOptions& options, int process_id) {
  if (!options.statement_timeout) return "SELECT NULL";
  return "SELECT CASE WHEN pg_backend_pid() = " + std::to_string(process_id) + " THEN " +
         set_timeout("statement_timeout", *options.statement_timeout, false) + " || " +
         set_timeout("lock_timeout", options.lock_timeout, false) + " || " +
         set("gatehouse.announces", options.announces, false) + " END";
}

std::string transaction_settings_sql(const ConnectOptions& options) {
  return "SELECT " + set_timeout("lock_timeout", options.lock_timeout, true) + ", " +
         set("gatehouse.announces", options.announces, true);
}

}  // namespace gatehouse::database::postgres
