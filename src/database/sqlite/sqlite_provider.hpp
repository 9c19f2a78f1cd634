#pragma once

#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "database/database_settings.hpp"
#include "database/driver_log.hpp"
#include "database/provider.hpp"
#include "database/sqlite/change_feeds.hpp"
#include "database/sqlite/connection_slot.hpp"
#include "database/sqlite/lane.hpp"
#include "database/sqlite/other_processes.hpp"
#include "database/sqlite/statistics.hpp"

namespace gatehouse::database::sqlite {

/// The embedded database: one writing thread, `settings.sqlite.readers` reading ones, and a third kind that watches
/// deadlines. The file is opened in the background, and created if it is missing. While that fails, calls get
/// Unavailable{storage}, and it is tried again every second at the latest. The same goes for a file that was deleted or
/// replaced while it was open: see ConnectionSlot.
///
/// `settings.queue_max` bounds the calls that wait for the writer, and those that wait for the readers, per process.
class SqliteProvider final : public Provider {
 public:
  explicit SqliteProvider(const DatabaseSettings& settings, DriverLog log = {});
  /// Interrupts what runs, resumes every waiting call with Unavailable{stopped}, and joins the threads.
  ~SqliteProvider() override;
  SqliteProvider(const SqliteProvider&) = delete;
  SqliteProvider& operator=(const SqliteProvider&) = delete;

  [[nodiscard]] std::unique_ptr<Database> open(boost::asio::io_context& io, unsigned sharers) override;
  [[nodiscard]] std::unique_ptr<SchemaDatabase> open_schema(boost::asio::io_context& io) override;

  [[nodiscard]] std::unique_ptr<BulkDatabase> open_bulk(boost::asio::io_context& io) override;
  [[nodiscard]] bool empty_log() override;

  /// The feed sees the writes of other processes within 50 ms. It does not report this process's own writes, except
  /// those that are committed after their caller was refused at the deadline.
  [[nodiscard]] std::unique_ptr<ChangeFeed> watch(boost::asio::io_context& io) override;

  /// However many calls its transaction has, the writing connection counts as one.
  [[nodiscard]] Load load() const override;

  [[nodiscard]] const Statistics& statistics() const { return statistics_; }

 private:
  static constexpr std::chrono::milliseconds deadline_tick{50};

  void stop();
  [[nodiscard]] ConnectionSlot::Parts slot_parts() { return {path_, stopping_, file_use_, log_}; }
  void run_writer();
  void run_reader();
  void watch_deadlines(const std::stop_token& stop);

  // Constant after construction.
  const std::string path_;
  const std::int64_t reader_count_;
  const std::chrono::milliseconds query_timeout_;
  const DriverLog log_;

  // Thread-safe.
  std::atomic<bool> stopping_ = false;
  FileUse file_use_;
  std::latch opened_{1};
  Lane writes_;
  Lane reads_;
  ChangeFeeds feeds_;
  Statistics statistics_;

  OtherProcesses others_;  ///< used by the schema's thread; outlives the connections, which belong to the threads

  std::mutex tick_mutex_;
  std::condition_variable_any tick_;
  std::jthread deadlines_;
  std::jthread writer_;
  std::vector<std::jthread> readers_;
};

}  // namespace gatehouse::database::sqlite
