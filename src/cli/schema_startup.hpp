#pragma once

#include <atomic>
#include <chrono>
#include <span>

#include "base/clock.hpp"
#include "base/embedded_file.hpp"
#include "database/migrator.hpp"
#include "flows/seeder.hpp"
#include "runtime/task.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::cli {

enum class SchemaOutcome {
  ready,
  away,     ///< the database did not answer; try again
  refused,  ///< the migrator refused; the log says why and what to do
};

/// Brings the database's schema up to date when the service starts, and seeds it. Belongs to its Database's io thread.
class SchemaStartup {
 public:
  /// Everything outlives the startup. `seeds` may be empty; `ready` becomes true once the schema is.
  struct Parts {
    database::Database& database;
    flows::AccountFlow& accounts;
    std::span<const EmbeddedFile> migrations;
    std::span<const EmbeddedFile> seeds;
    const Clock& clock;
    telemetry::Log& log;
    std::atomic<bool>& ready;
  };

  static constexpr std::chrono::milliseconds retry_interval{500};  ///< while the database is away
  static constexpr std::chrono::seconds refused_interval{30};      ///< while an operator has to act

  explicit SchemaStartup(const Parts& parts);

  [[nodiscard]] Task<SchemaOutcome> attempt();

  /// Attempts it again and again until it is done, or the coroutine is cancelled.
  [[nodiscard]] Task<> attempt_until_ready();

 private:
  [[nodiscard]] Task<SchemaOutcome> migrate();
  [[nodiscard]] Task<> seed();
  [[nodiscard]] Task<SchemaOutcome> attempt_again();

  Parts parts_;
  database::Migrator migrator_;
  flows::Seeder seeder_;
  bool away_reported_ = false;
};

}  // namespace gatehouse::cli
