#include "database/sqlite/sqlite_database.hpp"

#include <memory>
#include <utility>

namespace gatehouse::database::sqlite {

CallPtr SqliteDatabase::make_call(std::vector<Command> commands) {
  const auto deadline = std::chrono::steady_clock::now() + query_timeout_;
  return std::make_shared<Call>(io_.get_executor(), handover_, deadline, std::move(commands));
}

CallPtr SqliteDatabase::make_call(const Statement& statement, Parameters parameters) {
  std::vector<Command> commands;
  commands.push_back({&statement, std::move(parameters)});
  return make_call(std::move(commands));
}

Task<Rows> SqliteDatabase::query(const Statement& statement, Parameters parameters) {
  const auto call = make_call(statement, std::move(parameters));
  co_await reads_.submit(call);
  auto results = call->take_results();
  co_return std::move(results->front());
}

Task<std::expected<Rows, Violation>> SqliteDatabase::execute(const Statement& statement, Parameters parameters) {
  const auto call = make_call(statement, std::move(parameters));
  co_await writes_.submit(call);
  auto results = call->take_results();
  if (!results) co_return std::unexpected{results.error()};
  co_return std::move(results->front());
}

Task<std::expected<std::vector<Rows>, Violation>> SqliteDatabase::batch(std::vector<Command> commands,
                                                                        std::string /*announcement*/) {
  const auto call = make_call(std::move(commands));
  co_await writes_.submit(call);
  co_return call->take_results();
}

Task<std::expected<void, Violation>> SqliteDatabase::run_script(std::string sql) {
  const auto call = std::make_shared<Call>(io_.get_executor(), handover_, std::move(sql));
  co_await writes_.submit(call);
  const auto results = call->take_results();
  if (!results) co_return std::unexpected{results.error()};
  co_return std::expected<void, Violation>{};
}

Task<Rows> SqliteDatabase::run_check(std::string sql) {
  const auto call = std::make_shared<Call>(io_.get_executor(), handover_, std::move(sql));
  co_await reads_.submit(call);
  auto results = call->take_results();
  co_return std::move(results->front());
}

}  // namespace gatehouse::database::sqlite
