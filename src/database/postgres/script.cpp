#include "database/postgres/script.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "database/postgres/announcements.hpp"

namespace gatehouse::database::postgres {

namespace {

// The settings belong to the transaction and not to the session, which other clients share behind a pooler.
constexpr std::string_view no_timeouts = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;";
constexpr std::string_view only_read_without_timeouts =
    "SELECT set_config('transaction_read_only', 'on', true), set_config('statement_timeout', '0', true), "
    "set_config('lock_timeout', '0', true)";

// Tells the feeds that read rows, if the schema has such rows.
constexpr std::string_view record_schema_change =
    "DO $tell$ BEGIN IF to_regclass('change_feed') IS NOT NULL THEN INSERT INTO announcements (topic) SELECT 'schema' "
    "FROM change_feed WHERE writes_rows; END IF; END $tell$; ";

Unavailable connection_lost(const PgConnection& connection) {
  return Unavailable{Unavailable::Reason::connection, connection.error_message()};
}

/// What to do about a refusal that has nothing to do with the data, by its SQLSTATE.
std::string remedy_for(const SqlError& error, const std::string& role) {
  if (error.state == "42501" && error.message.find("for schema") != std::string::npos) {
    return "as the owner of the database, run: GRANT USAGE, CREATE ON SCHEMA public TO \"" + role + "\"";
  }
  if (error.state == "42501") {
    return "the role of DB_USER has to own its tables: as their owner, run ALTER TABLE … OWNER TO \"" + role +
           "\" for each, or GRANT the owner's role to it";
  }
  if (error.state == "0A000" || error.state == "2BP01") {
    return "drop what depends on the table, and create it again after the migration";
  }
  if (error.state == "42P16" || error.state == "22023" || error.state == "42809") {
    return "if sessions is partitioned, run `gatehouse db unpartition sessions` first";
  }
  if (error.state == "42P07" || error.state == "42701" || error.state == "42710") {
    return "something else has that name: rename it or drop it";
  }
  if (error.state == "42P01" || error.state == "42703" || error.state == "42704") {
    return "the tables are not as the service left them: restore what is missing";
  }
  return "";
}

ScriptRefusal refusal_of(std::size_t step, const SqlError& error, const std::string& role) {
  const Failure failure = classify(error);
  if (const auto* unavailable = std::get_if<Unavailable>(&failure)) throw Unavailable{*unavailable};
  ScriptRefusal refusal{.step = step};
  if (const auto* violation = std::get_if<Violation>(&failure)) refusal.violation = *violation;
  refusal.reason = error.state + ": " + error.message;
  if (!error.detail.empty()) refusal.reason += " (" + error.detail + ")";
  std::ranges::replace(refusal.reason, '\n', ' ');
  refusal.remedy = remedy_for(error, role);
  return refusal;
}

[[noreturn]] void throw_refusal(const SqlError& error) {
  throw ConstraintViolation{violation_or_throw(classify(error))};
}

/// The refusal, if the check finds rows or fails.
Task<std::optional<ScriptRefusal>> run_check_of(std::shared_ptr<PgConnection> connection, std::size_t step,
                                                std::string sql) {
  auto rows = co_await connection->select(std::move(sql));
  if (!rows) co_return refusal_of(step, rows.error(), connection->user());
  if (rows->empty()) co_return std::nullopt;
  co_return ScriptRefusal{.step = step, .problems = *std::move(rows)};
}

/// The rows of a SELECT in its own read-only transaction, without timeouts. It is one group, and has no BEGIN, so that
/// a pooler in statement mode accepts it.
Task<std::expected<Rows, SqlError>> read_as_group(std::shared_ptr<PgConnection> connection, std::string sql) {
  const EncodedParameters none;
  if (!connection->enter_pipeline() || !connection->send_unprepared(only_read_without_timeouts, none) ||
      !connection->send_unprepared(sql, none) || !connection->send_sync()) {
    throw connection_lost(*connection);
  }
  co_await connection->flush_all();
  std::expected<Rows, SqlError> rows;
  int ends = 0;  // each command's results end once; twice in a row means that there are no more
  while (ends < 2) {
    const PgResult result = co_await connection->next_result();
    ends = result.kind() == PgResult::Kind::nothing ? ends + 1 : 0;
    if (result.kind() == PgResult::Kind::end_of_group) co_return rows;
    if (result.kind() == PgResult::Kind::failed) rows = std::unexpected(result.error());
    if (result.kind() == PgResult::Kind::done) rows = result.rows();
  }
  throw connection_lost(*connection);
}

/// Runs all steps and the commit, in a transaction that was begun; nothing if all went well.
Task<std::optional<ScriptRefusal>> run_steps(std::shared_ptr<PgConnection> connection, std::vector<ScriptStep> steps) {
  // Lets observers start anew, because a script may remove anything: 'schema' alone is no announcement.
  std::string last{record_schema_change};
  last.append("NOTIFY ").append(announcement_channel).append(", 'schema'; COMMIT");
  steps.push_back({.sql = std::move(last)});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].check.empty()) {
      if (auto refusal = co_await run_check_of(connection, i, std::move(steps[i].check))) co_return refusal;
    }
    const auto error = co_await run_simple(connection, std::move(steps[i].sql));
    // A refusal of the commit counts as one of the last script, which deferred it.
    if (error) co_return refusal_of(std::min(i, steps.size() - 2), *error, connection->user());
  }
  co_return std::nullopt;
}

}  // namespace

Task<std::optional<SqlError>> run_simple(std::shared_ptr<PgConnection> connection, std::string sql) {
  if (!connection->send_script(sql)) throw connection_lost(*connection);
  co_await connection->flush_all();
  std::optional<SqlError> first_error;
  while (true) {
    const PgResult result = co_await connection->next_result();
    if (result.kind() == PgResult::Kind::nothing) co_return first_error;
    if (result.kind() == PgResult::Kind::failed && !first_error) first_error = result.error();
  }
}

Task<std::expected<void, ScriptRefusal>> run_migration_scripts(std::shared_ptr<PgConnection> connection,
                                                               std::shared_ptr<const ConnectOptions> options,
                                                               std::vector<ScriptStep> steps) {
  co_await connection->connect(std::move(options));
  std::string begin =
      "BEGIN;" + std::string{no_timeouts} + "SELECT pg_advisory_xact_lock(" + std::to_string(migration_lock) + ")";
  if (const auto error = co_await run_simple(connection, std::move(begin))) throw_refusal(*error);
  auto refusal = co_await run_steps(connection, std::move(steps));
  // A pooler gives up a server connection that is left in a transaction.
  std::string rollback = "ROLLBACK";
  if (refusal) (void)co_await run_simple(connection, std::move(rollback));
  connection->close();
  if (refusal) co_return std::unexpected(*std::move(refusal));
  co_return std::expected<void, ScriptRefusal>{};
}

Task<> run_statement_alone(std::shared_ptr<PgConnection> connection, std::shared_ptr<const ConnectOptions> options,
                           std::string sql) {
  co_await connection->connect(std::move(options));
  const auto error = co_await run_simple(connection, std::move(sql));
  if (error) throw_refusal(*error);
  connection->close();
}

Task<bool> run_script_beside(std::shared_ptr<PgConnection> connection, std::shared_ptr<const ConnectOptions> options,
                             std::string sql, std::chrono::milliseconds patience) {
  co_await connection->connect(std::move(options));
  const std::string begin =
      "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = " + std::to_string(patience.count()) +
      "; SELECT pg_advisory_xact_lock(" + std::to_string(migration_lock) + ");";
  std::string whole = begin + sql + "\n; COMMIT";
  const auto error = co_await run_simple(connection, std::move(whole));
  // A pooler gives up a server connection that is left in a transaction.
  std::string rollback = "ROLLBACK";
  if (error) (void)co_await run_simple(connection, std::move(rollback));
  connection->close();
  if (error && is_contention(error->state)) co_return false;
  if (error) throw_refusal(*error);
  co_return true;
}

Task<Rows> run_migration_check(std::shared_ptr<PgConnection> connection, std::shared_ptr<const ConnectOptions> options,
                               std::string sql) {
  co_await connection->connect(std::move(options));
  auto rows = co_await read_as_group(connection, std::move(sql));
  if (!rows) throw_refusal(rows.error());
  connection->close();
  co_return *std::move(rows);
}

}  // namespace gatehouse::database::postgres
