#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <span>
#include <string_view>

#include "base/clock.hpp"
#include "base/embedded_file.hpp"
#include "database/schema/migrator.hpp"
#include "flows/seeding/seeder.hpp"
#include "runtime/task.hpp"
#include "service/outage_log.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Brings the database's schema up to date when the service starts, and seeds it. Belongs to its Database's io thread.
class SchemaStartup {
 public:
  /// Everything outlives the startup. `seeds` may be empty; `load` reads what must be known before requests are
  /// answered; `ready` becomes true after it.
  struct Parts {
    database::SchemaDatabase& schema;
    database::Database& database;
    flows::AccountFlow& accounts;
    std::span<const EmbeddedFile> migrations;
    std::span<const EmbeddedFile> seeds;
    const Clock& clock;
    telemetry::Log& log;
    OutageLog& outages;
    std::function<Task<>()> load;
    std::atomic<bool>& ready;
  };

  static constexpr std::chrono::milliseconds retry_interval{500};  ///< while the database is unavailable
  static constexpr std::chrono::seconds refused_interval{30};      ///< while an operator has to act

  explicit SchemaStartup(const Parts& parts);

  /// Tries until it succeeds or the coroutine is cancelled. Returns false if the first answer of the database is a
  /// refusal; the log says why and what to do. If the database was down before it refused, it keeps trying, because an
  /// operator may act while the service runs.
  [[nodiscard]] Task<bool> attempt_until_ready();

  /// Whether the database has been unavailable so far.
  [[nodiscard]] bool was_away() const { return was_away_; }

 private:
  enum class Outcome {
    ready,
    away,     ///< the database did not answer, or another resource was missing; try again
    refused,  ///< by the migrator, or a statement by the database
  };

  [[nodiscard]] Task<Outcome> attempt();
  [[nodiscard]] Task<Outcome> migrate();
  [[nodiscard]] Task<> check_encoding();
  [[nodiscard]] Task<> raise_audit_positions();
  [[nodiscard]] Task<> seed();
  [[nodiscard]] Outcome refused(std::string_view reason);
  [[nodiscard]] Outcome away(std::string_view reason);

  Parts parts_;
  database::schema::Migrator migrator_;
  flows::Seeder seeder_;
  bool was_away_ = false;
};

}  // namespace gatehouse::service
