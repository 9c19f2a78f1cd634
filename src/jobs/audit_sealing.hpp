#pragma once

#include <chrono>
#include <memory>

#include "audit/seal_figures.hpp"
#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"
#include "jose/jws_key.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::jobs {

inline constexpr int audit_seals_of_run_max = 1000;  ///< what is left waits for the next run

/// What the job works with; everything outlives it. Without a key seals are not signed.
struct AuditSealingParts {
  database::Database& database;
  const Clock& clock;
  audit::SealFigures& figures;
  std::shared_ptr<const jose::SigningKey> key;
  std::chrono::seconds interval;
  telemetry::Log& log;
};

/// The job `audit_sealing`: seals the audit trail's events, one replica at a time, and logs the hash of each seal
/// (`audit_sealed`), so that it exists outside the database. Each seal renews the lease and is stored under it, in one
/// transaction: a replica that was thought dead adds none. Every replica checks how far sealing has got.
[[nodiscard]] Job audit_sealing(AuditSealingParts parts);

}  // namespace gatehouse::jobs
