#include "database/postgres/postgres_database.hpp"

#include "database/postgres/announcements.hpp"

namespace gatehouse::database::postgres {

PostgresDatabase::PostgresDatabase(Observers& observers, std::shared_ptr<ConnectionPool> pool)
    : Database(observers), pool_(std::move(pool)) {
  pool_->start();
}

PostgresDatabase::~PostgresDatabase() { pool_->stop(); }

Task<Rows> PostgresDatabase::read(const Statement& statement, Parameters parameters) {
  return pool_->query(statement, std::move(parameters));
}

// It may be resumed after the database is gone, so after perform() it touches only its own frame.
Task<std::expected<std::vector<Rows>, Violation>> PostgresDatabase::write(std::vector<Command> commands,
                                                                          std::vector<Announcement> announcements) {
  const auto results = commands.size();
  for (const Announcement& announcement : announcements) commands.push_back({&announce, {to_text(announcement)}});
  std::vector<Rows> rows(commands.size());
  if (commands.empty()) co_return std::move(rows);
  Call call{Call::Kind::write, commands, rows};
  co_await pool_->perform(call);
  if (call.failure) co_return std::unexpected(violation_or_throw(*call.failure));
  rows.resize(results);
  co_return std::move(rows);
}

}  // namespace gatehouse::database::postgres
