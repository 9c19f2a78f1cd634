#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>

#include "database/database.hpp"
#include "database/sqlite/lane.hpp"

namespace gatehouse::database::sqlite {

/// The port as one io thread sees it: queries go to the readers, everything else to the writer.
///
/// Announcements of batch() go nowhere: one process serves a SQLite database, and what others (the command line) write
/// is seen by its change feed.
class SqliteDatabase final : public Database {
 public:
  /// All references outlive it. `query_timeout` counts from the call to the answer.
  SqliteDatabase(boost::asio::io_context& io, Lane& writes, Lane& reads, std::chrono::milliseconds query_timeout)
      : io_(io), writes_(writes), reads_(reads), query_timeout_(query_timeout) {}
  /// After its calls have ended, before the io_context.
  ~SqliteDatabase() override { handover_->wait_until_ended(); }
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  Task<Rows> query(const Statement& statement, Parameters parameters) override;
  Task<std::expected<Rows, Violation>> execute(const Statement& statement, Parameters parameters) override;
  Task<std::expected<std::vector<Rows>, Violation>> batch(std::vector<Command> commands,
                                                          std::string announcement) override;
  Task<std::expected<void, Violation>> run_script(std::string sql) override;
  Task<Rows> run_check(std::string sql) override;
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }

 private:
  [[nodiscard]] CallPtr make_call(const Statement& statement, Parameters parameters);
  [[nodiscard]] CallPtr make_call(std::vector<Command> commands);

  boost::asio::io_context& io_;
  Lane& writes_;
  Lane& reads_;
  const std::chrono::milliseconds query_timeout_;
  const HandoverPtr handover_ = std::make_shared<Handover>();
};

}  // namespace gatehouse::database::sqlite
