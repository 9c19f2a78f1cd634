#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/embedded_file.hpp"
#include "crypto/random.hpp"
#include "database/postgres/postgres_provider.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"
#include "support/test_postgres.hpp"

namespace gatehouse::testing {

/// The result of a call of the port that a test starts now and looks at later.
template <class T>
struct Pending {
  std::optional<T> value;
  std::exception_ptr thrown;

  [[nodiscard]] bool done() const { return value.has_value() || thrown; }
  /// Why it was Unavailable; nullopt if it ended otherwise or has not ended.
  [[nodiscard]] std::optional<database::Unavailable::Reason> unavailable() const {
    if (!thrown) return std::nullopt;
    try {
      std::rethrow_exception(thrown);
    } catch (const database::Unavailable& failure) {
      return failure.reason();
    } catch (...) {
      return std::nullopt;
    }
  }
};

/// A test of the PostgreSQL driver: an empty database, a provider, one io thread that the test itself runs. Skipped if
/// no server was given.
class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test_postgres_url()) GTEST_SKIP() << "GATEHOUSE_TEST_POSTGRES is not set";
    database_.emplace();
    settings_ = database_->settings();
  }
  void TearDown() override {
    db_.reset();
    schema_.reset();
    io_.restart();
    io_.poll();
    provider_.reset();
    database_.reset();
  }

  /// Makes the pool of open() hold this many connections at all times, besides those reserved for a change feed.
  void keep_connections(unsigned count) {
    settings_.postgres.pool_min = count;
    settings_.postgres.pool_max = count + database::postgres::feed_connections;
  }

  /// Opens the port with settings_ as the test has changed them.
  database::Database& open() {
    db_.reset();  // before the provider that made it
    provider_ = make_provider();
    db_ = provider_->open(io_, 1);
    return *db_;
  }

  /// The tables and functions of the schema that change feeds need, in a database that is not migrated.
  void add_change_feed() {
    constexpr std::string_view path = "migrations/postgres/20261130_101_create_change_feed.up.sql";
    const auto file = std::ranges::find(embedded_migrations(), path, &EmbeddedFile::path);
    database_->run(std::string{file->text});
  }

  /// The migrator's port of the same provider.
  database::SchemaDatabase& schema() {
    if (!schema_) schema_ = provider_->open_schema(io_);
    return *schema_;
  }

  [[nodiscard]] std::unique_ptr<database::postgres::PostgresProvider> make_provider() {
    auto log = [this](telemetry::Level, std::string_view event, std::string_view detail) {
      log_.push_back(std::string{event} + ": " + std::string{detail});
    };
    return std::make_unique<database::postgres::PostgresProvider>(settings_, std::move(log), random_);
  }

  template <class T>
  T run(Task<T> task) {
    return run_task(io_, std::move(task));
  }

  /// Starts a call without waiting for it. The result is shared with its completion.
  template <class T>
  std::shared_ptr<Pending<T>> start(Task<T> task) {
    auto pending = std::make_shared<Pending<T>>();
    boost::asio::co_spawn(io_, std::move(task), [pending](std::exception_ptr thrown, T value) {
      pending->thrown = thrown;
      if (!thrown) pending->value = std::move(value);
    });
    return pending;
  }

  template <class T>
  bool finish(const std::shared_ptr<Pending<T>>& pending) {
    return run_until(io_, [&] { return pending->done(); });
  }

  [[nodiscard]] bool logged(std::string_view event) const {
    return std::any_of(log_.begin(), log_.end(), [&](const auto& line) { return line.starts_with(event); });
  }

  /// How many sessions the driver has, as the server sees it.
  [[nodiscard]] int session_count() {
    return std::stoi(
        database_->run("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gatehouse' AND "
                       "datname = current_database()"));
  }

  /// True once this many of the driver's sessions execute a statement like the LIKE pattern, as the server sees it.
  bool become_active(int sessions, const std::string& pattern) {
    return run_until(io_, [&] {
      io_.restart();
      io_.poll();  // everything that was started, not only its next step
      return database_->run(
                 "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gatehouse' AND datname = "
                 "current_database() AND state = 'active' AND query LIKE '" +
                 pattern + "'") == std::to_string(sessions);
    });
  }

  /// Ends every session of the driver on the server's side.
  void terminate_sessions() {
    database_->run(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE application_name = 'gatehouse' AND datname = current_database()");
  }

  std::optional<TestDatabase> database_;
  database::DatabaseSettings settings_;
  crypto::SystemRandom random_;
  std::vector<std::string> log_;
  boost::asio::io_context io_{1};
  std::unique_ptr<database::postgres::PostgresProvider> provider_;
  std::unique_ptr<database::Database> db_;
  std::unique_ptr<database::SchemaDatabase> schema_;
};

}  // namespace gatehouse::testing
