#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cli/program.hpp"
#include "database/provider.hpp"
#include "runtime/task.hpp"

namespace gatehouse::cli {

/// The configured database for the length of one command, on an event loop that the calling thread runs.
///
/// No deadline of its own: each call of a Database has one, except a migration's script, which takes as long as it
/// takes.
class DatabaseSession {
 public:
  DatabaseSession(const Program& program, const service::Settings& settings)
      : provider_(program.open_provider(settings, {})) {}
  DatabaseSession(const DatabaseSession&) = delete;
  DatabaseSession& operator=(const DatabaseSession&) = delete;

  // Each is opened in the background when it is first asked for. An unavailable database is noticed at the first run().
  [[nodiscard]] database::Database& database() {
    if (!database_) database_ = provider_->open(io_, 1);
    return *database_;
  }
  [[nodiscard]] database::BulkDatabase& bulk() {
    if (!bulk_) bulk_ = provider_->open_bulk(io_);
    return *bulk_;
  }
  [[nodiscard]] database::SchemaDatabase& schema() {
    if (!schema_) schema_ = provider_->open_schema(io_);
    return *schema_;
  }

  /// See Provider::check_standbys().
  [[nodiscard]] std::vector<database::StandbyFinding> check_standbys() { return run(provider_->check_standbys(io_)); }

  /// See Provider::empty_log().
  [[nodiscard]] bool empty_log() { return provider_->empty_log(); }

  /// Runs the coroutine to its end and returns its result or throws its exception.
  template <class Result>
  Result run(Task<Result> task) {
    std::optional<Result> result;
    std::vector<Task<>> alone;
    alone.push_back(keep(std::move(task), &result));
    run_all(std::move(alone));
    return std::move(*result);
  }

  /// Runs the coroutines concurrently until all have ended, and throws the first exception.
  void run_all(std::vector<Task<>> tasks);

 private:
  // Gives the event loop a single kind of task, so that not every command compiles its own.
  template <class Result>
  static Task<> keep(Task<Result> task, std::optional<Result>* result) {
    result->emplace(co_await std::move(task));
  }

  boost::asio::io_context io_{1};  ///< outlives what posts to it
  std::unique_ptr<database::Provider> provider_;
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<database::BulkDatabase> bulk_;
  std::unique_ptr<database::SchemaDatabase> schema_;
};

}  // namespace gatehouse::cli
