#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "database/sqlite/lane.hpp"

namespace gatehouse::database::sqlite {

/// One io thread's way to the database threads and back: queries and checks go to the readers, everything else to the
/// writer. All of it throws what the port throws.
class Lanes {
 public:
  /// All references outlive it. `query_timeout` counts from the call to the answer.
  Lanes(boost::asio::io_context& io, Lane& writes, Lane& reads, std::chrono::milliseconds query_timeout)
      : io_(io), writes_(writes), reads_(reads), query_timeout_(query_timeout) {}
  /// Destroyed after its calls have ended, before the io_context.
  ~Lanes() { handover_->wait_until_ended(); }
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  [[nodiscard]] Task<Rows> query(const Statement& statement, Parameters parameters);
  [[nodiscard]] Task<std::expected<std::vector<Rows>, Violation>> write(std::vector<Command> commands);
  [[nodiscard]] Task<std::expected<void, ScriptRefusal>> run_scripts(std::vector<ScriptStep> steps);
  [[nodiscard]] Task<Rows> run_check(std::string sql);

 private:
  [[nodiscard]] CallPtr make_call(std::vector<Command> commands);

  boost::asio::io_context& io_;
  Lane& writes_;
  Lane& reads_;
  const std::chrono::milliseconds query_timeout_;
  const HandoverPtr handover_ = std::make_shared<Handover>();
};

}  // namespace gatehouse::database::sqlite
