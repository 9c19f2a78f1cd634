#include "database/sqlite/sqlite_provider.hpp"

#include <algorithm>
#include <utility>

#include "database/sqlite/reader.hpp"
#include "database/sqlite/sqlite_bulk_database.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "database/sqlite/sqlite_schema_database.hpp"
#include "database/sqlite/writer.hpp"

namespace gatehouse::database::sqlite {

SqliteProvider::SqliteProvider(const DatabaseSettings& settings, DriverLog log)
    : path_(settings.sqlite.path),
      reader_count_(std::max(1U, settings.sqlite.readers)),
      query_timeout_(settings.query_timeout),
      log_(or_silent(std::move(log))),
      writes_(settings.queue_max),
      reads_(settings.queue_max),
      others_(path_) {
  try {
    deadlines_ = std::jthread{[this](const std::stop_token& stop) { watch_deadlines(stop); }};
    writer_ = std::jthread{[this] { run_writer(); }};
    for (std::int64_t i = 0; i < reader_count_; ++i) {
      readers_.emplace_back([this] { run_reader(); });
    }
  } catch (...) {
    stop();
    throw;
  }
}

SqliteProvider::~SqliteProvider() { stop(); }

/// The writer ends last: the last connection to close the file puts all of it into one file and removes the log, and if
/// two close at once, each may take the other for the last.
void SqliteProvider::stop() {
  stopping_.store(true);
  reads_.stop();
  readers_.clear();
  writes_.stop();
  if (writer_.joinable()) writer_.join();
  deadlines_ = {};  // before anything it uses goes away
}

std::unique_ptr<Database> SqliteProvider::open(boost::asio::io_context& io, unsigned /*sharers*/) {
  return std::make_unique<SqliteDatabase>(observers(), io, writes_, reads_, query_timeout_);
}

std::unique_ptr<SchemaDatabase> SqliteProvider::open_schema(boost::asio::io_context& io) {
  return std::make_unique<SqliteSchemaDatabase>(io, writes_, reads_, others_, query_timeout_);
}

std::unique_ptr<BulkDatabase> SqliteProvider::open_bulk(boost::asio::io_context& io) {
  return std::make_unique<SqliteBulkDatabase>(io, writes_, reads_);
}

bool SqliteProvider::empty_log() {
  Connection connection{path_, Role::reader, stopping_, std::nullopt};
  return connection.empty_log();
}

std::unique_ptr<ChangeFeed> SqliteProvider::watch(boost::asio::io_context& /*io*/) { return feeds_.watch(observers()); }

Load SqliteProvider::load() const {
  const Lane::Counts writes = writes_.counts();
  const Lane::Counts reads = reads_.counts();
  const std::int64_t busy =
      std::min(static_cast<std::int64_t>(reads.running), reader_count_) + (writes.running > 0 ? 1 : 0);
  return {.idle = reader_count_ + 1 - busy,
          .busy = busy,
          .queued = static_cast<std::int64_t>(writes.waiting + reads.waiting)};
}

void SqliteProvider::run_writer() {
  Writer writer{slot_parts(), writes_, reads_, feeds_, statistics_};
  writer.run(opened_);
}

void SqliteProvider::run_reader() {
  Reader reader{slot_parts(), reads_};
  reader.run(opened_);
}

void SqliteProvider::watch_deadlines(const std::stop_token& stop) {
  std::unique_lock lock{tick_mutex_};
  while (!stop.stop_requested()) {
    tick_.wait_for(lock, stop, deadline_tick, [] { return false; });
    const auto now = std::chrono::steady_clock::now();
    writes_.expire(now);
    reads_.expire(now);
  }
}

}  // namespace gatehouse::database::sqlite
