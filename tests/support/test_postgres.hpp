#pragma once

#include <optional>
#include <string>
#include <vector>

#include "database/database_settings.hpp"

struct pg_conn;

namespace gatehouse::testing {

/// The server `./dev test` started, as a postgresql:// URL of its maintenance database (GATEHOUSE_TEST_POSTGRES), or
/// nothing, in which case a test that needs it is skipped with a printed line.
[[nodiscard]] std::optional<std::string> test_postgres_url();

/// A blocking connection of a test's own, to look at and meddle with the server behind the driver's back.
/// Everything throws std::runtime_error with the server's words when it fails.
class AdminConnection {
 public:
  explicit AdminConnection(const std::string& conninfo);
  ~AdminConnection();
  AdminConnection(const AdminConnection&) = delete;
  AdminConnection& operator=(const AdminConnection&) = delete;

  /// Runs SQL; returns the first column of the first row, or an empty text.
  std::string run(const std::string& sql);

 private:
  friend class NotificationListener;
  pg_conn* connection_;
};

/// Hears what is sent to the channel that processes share, as a process on the database does.
class NotificationListener {
 public:
  explicit NotificationListener(const std::string& conninfo);

  /// The payloads that came before `last`, in order.
  std::vector<std::string> until(const std::string& last);

 private:
  AdminConnection connection_;
};

/// A new database with a random name on the test server, dropped with this object, whoever is still connected. It is a
/// copy of the template, to which nobody may be connected; PostgreSQL's own is empty. Needs test_postgres_url().
class TestDatabase {
 public:
  explicit TestDatabase(const std::string& template_name = "template1");
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The settings of a program that uses it. No call passes its deadline unless a test shortens it.
  [[nodiscard]] database::DatabaseSettings settings() const;
  /// Runs SQL in it, as AdminConnection::run().
  std::string run(const std::string& sql);
  [[nodiscard]] NotificationListener listen() const { return NotificationListener{conninfo()}; }
  /// How libpq connects to it.
  [[nodiscard]] std::string conninfo() const;

 private:
  std::string name_;
};

}  // namespace gatehouse::testing
