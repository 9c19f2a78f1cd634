#pragma once

#include "database/database.hpp"
#include "database/sqlite/lanes.hpp"

namespace gatehouse::database::sqlite {

/// The port as one io thread sees it.
///
/// Announcements stay in this process: one process serves a SQLite database, and what others (the command line) write
/// is seen by its change feed.
class SqliteDatabase final : public Database {
 public:
  /// All references outlive it; see Lanes.
  SqliteDatabase(Observers& observers, boost::asio::io_context& io, Lane& writes, Lane& reads,
                 std::chrono::milliseconds query_timeout)
      : Database(observers), lanes_(io, writes, reads, query_timeout) {}

 protected:
  [[nodiscard]] Task<Rows> read(const Statement& statement, Parameters parameters) override {
    return lanes_.query(statement, std::move(parameters));
  }
  [[nodiscard]] Task<std::expected<std::vector<Rows>, Violation>> write(
      std::vector<Command> commands, std::vector<Announcement> /*announcements*/) override {
    return lanes_.write(std::move(commands));
  }

 private:
  Lanes lanes_;
};

}  // namespace gatehouse::database::sqlite
