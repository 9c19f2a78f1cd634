#pragma once

#include <chrono>

#include "database/database.hpp"
#include "jobs/job.hpp"
#include "passwords/password_service.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::minutes express_hash_watch_interval{5};

/// The job `express_hash_watch`: tells the PasswordService whether any user still has a hash of the Express service,
/// and which formats of earlier settings and imports there are, so that failing logins take the same time for all
/// accounts, and no longer than needed once the last old hash is gone. Every replica does it for itself. Both outlive
/// the job.
[[nodiscard]] Job express_hash_watch(database::Database& database, passwords::PasswordService& passwords);

}  // namespace gatehouse::jobs
