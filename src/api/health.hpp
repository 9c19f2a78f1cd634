#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "runtime/shared_run.hpp"

namespace gatehouse::api {

/// What was found out about the database.
enum class Finding : std::uint8_t {
  healthy,
  unavailable,          ///< it does not answer, or too late
  read_only,            ///< it answers but takes no writes
  storage_failed,       ///< its disk is full or broken
  schema_not_ready,     ///< migrations run or were refused
  schema_does_not_fit,  ///< the newest migration of this program is not applied, or its tables cannot be used
};

/// A few words for everybody; empty for `healthy`. Static text.
[[nodiscard]] std::string_view to_text(Finding finding);

/// Whether the service can do its work, proved and not assumed: its database takes a write, and has this program's
/// schema. One for the process.
///
/// Anybody may ask, as often as they like, so one finding is the answer to everybody for a second. The proof is one
/// small transaction; Database's deadline bounds it. Thread-safe.
class Health {
 public:
  /// Called at each change, on any thread, with the reason why it is unhealthy, for the log; empty when all is well
  /// again.
  using ChangeSink = std::function<void(std::string_view reason)>;
  using Instant = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds good_for{1'000};
  /// How often the process calls renew(), and how long last() relies on one finding: a database that dies silently
  /// counts as unavailable within two seconds.
  static constexpr std::chrono::milliseconds renewal_interval{1'000};
  static constexpr std::chrono::milliseconds trusted_for{1'900};

  /// What it looks at, and how patiently.
  struct Parts {
    const Clock& clock;
    const std::atomic<bool>& schema_ready;  ///< until it is true, the database is only asked whether it answers
    std::string newest_migration;           ///< of this program; later ones may have been applied by a newer one
    std::chrono::milliseconds patience;     ///< how long one asker waits for another's proof
    ChangeSink on_change = {};
    std::function<Instant()> now = &std::chrono::steady_clock::now;
  };

  /// What the parts refer to outlives it.
  explicit Health(Parts parts);

  /// `database` is that of the calling thread.
  [[nodiscard]] Task<Finding> ask(database::Database& database);

  /// Looks again, for last(). ask() does not rely on it: its caller is told what is true at that time.
  [[nodiscard]] Task<> renew(database::Database& database);

  /// The last finding, without asking anybody; if it is older than `trusted_for`, the database counts as unavailable,
  /// or the schema as not ready.
  [[nodiscard]] Finding last() const;

 private:
  [[nodiscard]] bool is_schema_ready() const { return parts_.schema_ready.load(std::memory_order_relaxed); }
  [[nodiscard]] Task<Finding> look(database::Database& database);
  [[nodiscard]] Task<Finding> prove(database::Database& database);
  void tell(Finding finding, const std::string& reason);
  void remember(Finding finding);

  const Parts parts_;
  runtime::SharedRun<Finding> before_schema_;
  runtime::SharedRun<Finding> with_schema_;
  std::atomic<Finding> told_ = Finding::healthy;  ///< the last finding that was told
  std::atomic<Finding> last_ = Finding::unavailable;
  std::atomic<Instant> last_at_ = Instant::min();  ///< written after last_, and read before it
};

}  // namespace gatehouse::api
