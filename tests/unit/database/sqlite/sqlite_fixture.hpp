#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "database/sqlite/sqlite_provider.hpp"
#include "support/patience.hpp"
#include "support/plain_writes.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::database::sqlite {

inline constexpr database::Write insert_item{"insert_item", "INSERT INTO items (id, name) VALUES ($1, $2)",
                                             database::announces_nothing};
inline constexpr Statement count_items{"count_items", "SELECT count(*) FROM items"};
inline constexpr Statement count_slowly{"count_slowly",
                                        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
                                        "WHERE n < $1) SELECT count(*) FROM numbers"};

/// A provider on its own file, an io_context that this thread runs, and a table `items`.
class SqliteTest : public ::testing::Test {
 protected:
  SqliteTest() {
    settings_.sqlite.path = (directory_.path() / "deep" / "test.db").string();
    settings_.query_timeout = testing::patience;
  }

  ~SqliteTest() override { close(); }

  void open() {
    provider_ = std::make_unique<SqliteProvider>(
        settings_, [this](telemetry::Level level, std::string_view event, std::string_view) {
          remember(std::string{telemetry::to_text(level)}.append(" ").append(event));
        });
    database_ = provider_->open(io_, 1);
    schema_ = provider_->open_schema(io_);
  }

  void close() {
    database_.reset();
    schema_.reset();
    provider_.reset();
  }

  void open_with_table() {
    open();
    const auto made = testing::run_task(
        io_, schema_->run_script("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"));
    ASSERT_TRUE(made.has_value());
  }

  std::expected<Rows, Violation> insert(std::int64_t id, std::string name) {
    Parameters parameters{id, std::move(name)};
    return testing::run_task(io_, testing::execute(*database_, insert_item, std::move(parameters)));
  }

  /// True once the call returns true; false if it does not in time. A call that is unavailable is repeated.
  template <class Call>
  bool becomes_true(Call call) {
    return testing::run_until(io_, [&] {
      try {
        return call();
      } catch (const Unavailable&) {
        return false;
      }
    });
  }

  std::int64_t count() { return testing::run_task(io_, database_->query(count_items, {}))[0].integer(0); }

  /// `event` with its level before it: "warn sqlite_open_failed".
  [[nodiscard]] bool logged(const std::string& event) {
    const std::scoped_lock lock{log_mutex_};
    return std::find(log_.begin(), log_.end(), event) != log_.end();
  }

  testing::TemporaryDirectory directory_;
  database::DatabaseSettings settings_;
  boost::asio::io_context io_{1};
  std::unique_ptr<SqliteProvider> provider_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<SchemaDatabase> schema_;

 private:
  void remember(std::string event) {
    const std::scoped_lock lock{log_mutex_};
    log_.push_back(std::move(event));
  }

  std::mutex log_mutex_;
  std::vector<std::string> log_;
};

}  // namespace gatehouse::database::sqlite
