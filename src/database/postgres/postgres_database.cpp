#include "database/postgres/postgres_database.hpp"

#include "database/postgres/announcements.hpp"

namespace gatehouse::database::postgres {

PostgresDatabase::PostgresDatabase(Observers& observers, std::shared_ptr<ConnectionPool> pool,
                                   std::shared_ptr<StandbyReader> standbys)
    : Database(observers), pool_(std::move(pool)), standbys_(std::move(standbys)) {
  pool_->start();
  if (standbys_) standbys_->start();
}

PostgresDatabase::~PostgresDatabase() {
  if (standbys_) standbys_->stop();
  pool_->stop();
}

Task<Rows> PostgresDatabase::read(const Statement& statement, Parameters parameters) {
  return pool_->query(statement, std::move(parameters));
}

Task<std::optional<Rows>> PostgresDatabase::read_standby(const Statement& statement, Parameters parameters,
                                                         Recency recency) {
  return StandbyReader::read(standbys_, statement, std::move(parameters), recency);
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
