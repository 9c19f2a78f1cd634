#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours mail_cleanup_interval{1};
inline constexpr std::chrono::days mails_kept{30};
inline constexpr int mail_cleanup_batches_max = 2000;  ///< per run; what is left waits for the next one

/// The job `mail_cleanup`: deletes mails that were written longer than mails_kept ago, in small batches, one replica at
/// a time; each batch renews the lease and deletes under it. Both outlive the job.
[[nodiscard]] Job mail_cleanup(database::Database& database, const Clock& clock);

}  // namespace gatehouse::jobs
