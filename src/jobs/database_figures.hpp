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

/// Figures that only the database knows, as they were last found. Any thread.
class DatabaseFigures {
 public:
  /// What one check has found.
  struct Found {
    TimePoint at;
    double sessions;
    std::int64_t waiting_mails;
    std::optional<TimePoint> oldest_mail;
  };

  void set(const Found& found);

  /// gatehouse_sessions, gatehouse_mail_queue_depth and gatehouse_mail_oldest_seconds; nothing if another replica has
  /// checked since, or if nobody has.
  void write(metrics::Page& page, TimePoint now) const;

 private:
  mutable std::mutex mutex_;
  std::optional<Found> found_;  ///< guarded by mutex_
};

/// The job `database_figures`: asks the database once a minute, on one replica. All three outlive the job.
[[nodiscard]] Job database_figures(database::Database& database, DatabaseFigures& figures, const Clock& clock);

}  // namespace gatehouse::jobs
