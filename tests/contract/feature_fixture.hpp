#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/random.hpp"
#include "database/database.hpp"
#include "support/backend.hpp"
#include "support/manual_clock.hpp"
#include "support/plain_writes.hpp"
#include "support/run_task.hpp"
#include "users/user_store.hpp"

namespace gatehouse::testing {

/// A migrated database of each kind, empty for each test, with a clock that stands still.
class FeatureFixture : public ::testing::TestWithParam<BackendFactory> {
 protected:
  FeatureFixture() : backend_(GetParam().make_migrated()) {
    database_ = backend_->provider().open(io_, 1);
    schema_ = backend_->provider().open_schema(io_);
  }

  template <class T>
  T run(Task<T> task) {
    return run_task(io_, std::move(task));
  }
  void run(Task<> task) { run_task(io_, std::move(task)); }

  /// Runs all tasks at once, interleaved. Returns their results in order; rethrows the first exception after all have
  /// ended.
  template <class T>
  std::vector<T> run_all(std::vector<Task<T>> tasks) {
    std::vector<std::optional<T>> results(tasks.size());
    std::exception_ptr failure;
    std::size_t running = tasks.size();
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      boost::asio::co_spawn(io_, std::move(tasks[i]), [&, i](std::exception_ptr thrown, T value) {
        if (thrown && !failure) failure = thrown;
        if (!thrown) results[i] = std::move(value);
        --running;
      });
    }
    io_.restart();
    while (running > 0 && io_.run_one() > 0) {
    }
    if (failure) std::rethrow_exception(failure);
    std::vector<T> values;
    for (auto& result : results) values.push_back(std::move(result).value());
    return values;
  }

  database::Rows select(const database::Statement& statement, database::Parameters parameters = {}) {
    return run(database_->query(statement, std::move(parameters)));
  }

  database::Rows execute(const database::Write<void>& write, database::Parameters parameters) {
    return run(testing::execute(*database_, write, std::move(parameters))).value();
  }

  template <class Result>
  Result commit(database::Change<Result> change) {
    return run(database_->commit(std::move(change)));
  }
  void commit(database::Change<void> change) { run(database_->commit(std::move(change))); }

  /// Runs SQL as an operator does, in the dialect of this database.
  void run_script(std::string postgres, std::string sqlite) {
    const bool is_postgres = schema_->dialect() == database::Dialect::postgres;
    ASSERT_TRUE(run(schema_->run_script(is_postgres ? std::move(postgres) : std::move(sqlite))));
  }
  void run_script(const std::string& both) { run_script(both, both); }

  UserId add_user(const std::string& email, const std::string& password_hash = "$hash") {
    users::NewUser user{.first_name = "Ada", .last_name = "Lovelace", .email = email, .password = {}};
    return commit(users::UserStore::insert(std::move(user), password_hash, clock_.now())).id;
  }

  /// A row as the Express service wrote it.
  UserId add_express_user(const std::string& email, const std::string& hash, const std::string& salt) {
    static constexpr database::Write insert{
        "test_insert_express_user",
        "INSERT INTO users (first_name, last_name, email, password_hash, salt, created_at, updated_at) "
        "VALUES ('Ada', 'Lovelace', $1, $2, $3, $4, $4) RETURNING id",
        database::announces_nothing};
    return UserId{execute(insert, {email, hash, salt, clock_.now()})[0].integer(0)};
  }

  /// Makes the first user and the first session get the id after this one.
  void begin_ids_after(std::int64_t last) {
    const std::string id = std::to_string(last);
    run_script("SELECT setval('users_id_seq', " + id + "), setval('sessions_id_seq', " + id + ")",
               "INSERT INTO sqlite_sequence VALUES ('users', " + id + "), ('sessions', " + id + ")");
  }

  boost::asio::io_context io_{1};
  ManualClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<database::SchemaDatabase> schema_;
};

}  // namespace gatehouse::testing
