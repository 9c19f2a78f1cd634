#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"
#include "metrics/page.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::minutes database_figures_interval{1};

/// What only the database knows, as it was found last. Any thread.
class DatabaseFigures {
 public:
  /// What one look has found.
  struct Found {
    TimePoint at;
    double sessions;
    std::int64_t waiting_mails;
    std::optional<TimePoint> oldest_mail;
  };

  void set(const Found& found);

  /// gatehouse_sessions, gatehouse_mail_queue_depth and gatehouse_mail_oldest_seconds; nothing where another replica
  /// has looked since, or nobody has.
  void write(metrics::Page& page, TimePoint now) const;

 private:
  mutable std::mutex mutex_;
  std::optional<Found> found_;  ///< guarded by mutex_
};

/// The job `database_figures`: asks once a minute, on one replica. All three outlive the job.
[[nodiscard]] Job database_figures(database::Database& database, DatabaseFigures& figures, const Clock& clock);

}  // namespace gatehouse::jobs
