#include "database/sqlite/lanes.hpp"

#include <utility>

namespace gatehouse::database::sqlite {

CallPtr Lanes::make_call(std::vector<Command> commands) {
  const auto deadline = std::chrono::steady_clock::now() + query_timeout_;
  return std::make_shared<Call>(io_.get_executor(), handover_, deadline, std::move(commands));
}

Task<Rows> Lanes::query(const Statement& statement, Parameters parameters) {
  std::vector<Command> commands;
  commands.push_back({&statement, std::move(parameters)});
  const auto call = make_call(std::move(commands));
  co_await reads_.submit(call);
  auto results = call->take_results();
  co_return std::move(results->front());
}

Task<std::expected<std::vector<Rows>, Violation>> Lanes::write(std::vector<Command> commands) {
  if (commands.empty()) co_return std::vector<Rows>{};
  const auto call = make_call(std::move(commands));
  co_await writes_.submit(call);
  co_return call->take_results();
}

Task<std::expected<void, ScriptRefusal>> Lanes::run_scripts(std::vector<ScriptStep> steps) {
  const auto call = std::make_shared<Call>(io_.get_executor(), handover_, std::move(steps));
  co_await writes_.submit(call);
  if (auto refusal = call->take_refusal()) co_return std::unexpected(*std::move(refusal));
  co_return std::expected<void, ScriptRefusal>{};
}

Task<Rows> Lanes::run_check(std::string sql) {
  std::vector<ScriptStep> steps;
  steps.push_back({.sql = {}, .check = std::move(sql)});
  const auto call = std::make_shared<Call>(io_.get_executor(), handover_, std::move(steps));
  co_await reads_.submit(call);
  auto results = call->take_results();
  co_return std::move(results->front());
}

}  // namespace gatehouse::database::sqlite
