#include "database/postgres/postgres_database.hpp"

#include <span>
#include <utility>

#include "database/postgres/announcements.hpp"

namespace gatehouse::database::postgres {

namespace {

void add_announcements(std::vector<Command>& commands, std::span<const Announcement> announcements,
                       ChangeFeedKind way) {
  if (way == ChangeFeedKind::redis && announcements.size() > announced_rows_max) {
    commands.push_back({&announce_by_row, {std::string{everything}, std::monostate{}}});
    return;
  }
  for (const Announcement& one : announcements) {
    if (way == ChangeFeedKind::redis) {
      commands.push_back({&announce_by_row, {std::string{one.topic}, one.id}});
    } else {
      commands.push_back({&announce, {to_text(one)}});
    }
  }
}

}  // namespace

PostgresDatabase::PostgresDatabase(Observers& observers, std::shared_ptr<ConnectionPool> pool,
                                   std::shared_ptr<StandbyReader> standbys,
                                   std::shared_ptr<const Announcing> announcing)
    : Database(observers), pool_(std::move(pool)), standbys_(std::move(standbys)), announcing_(std::move(announcing)) {
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
  const auto announcing = announcing_;
  add_announcements(commands, announcements, announcing->way);
  std::vector<Rows> rows(commands.size());
  if (commands.empty()) co_return std::move(rows);
  Call call{Call::Kind::write, commands, rows};
  co_await pool_->perform(call);
  if (call.failure) co_return std::unexpected(violation_or_throw(*call.failure));
  if (!announcements.empty() && announcing->way == ChangeFeedKind::redis) announcing->ring.ring();
  rows.resize(results);
  co_return std::move(rows);
}

}  // namespace gatehouse::database::postgres
