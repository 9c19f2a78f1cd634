#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "runtime/shared_run.hpp"

namespace gatehouse::api {

/// Whether the service can do its work, proved and not assumed: its database takes a write, and has this program's
/// schema. One for the process.
///
/// Anybody may ask, as often as they like, so what one asker finds is the answer to all for a second. The proof is one
/// small transaction; Database's deadline bounds it. Thread-safe.
class Health {
 public:
  /// Hears of each change, from any thread: why it is unhealthy, for the log; empty when all is well again.
  using ChangeSink = std::function<void(std::string_view reason)>;

  static constexpr std::chrono::milliseconds good_for{1'000};

  struct Parts {
    const Clock& clock;
    const std::atomic<bool>& schema_ready;  ///< until it is true, the database is only asked whether it answers
    std::string newest_migration;           ///< of this program; later ones may have been applied by a newer one
    std::chrono::milliseconds patience;     ///< how long one asker waits for another's proof
    ChangeSink on_change = {};
  };

  /// What the parts refer to outlives it.
  explicit Health(Parts parts);

  /// Empty where all is well, else what is wrong, in a few words for everybody; static text. `database` is that of the
  /// calling thread.
  [[nodiscard]] Task<std::string_view> ask(database::Database& database);

  /// Whether what ask() found is about the schema, and not about the database as such.
  [[nodiscard]] static bool concerns_schema(std::string_view problem);

 private:
  [[nodiscard]] Task<std::string_view> look(database::Database& database);
  [[nodiscard]] Task<std::string_view> prove(database::Database& database);
  void tell(std::string_view problem, const std::string& reason);

  const Parts parts_;
  runtime::SharedRun<std::string_view> before_schema_;
  runtime::SharedRun<std::string_view> with_schema_;
  std::atomic<const char*> told_ = nullptr;  ///< the problem that was told last
};

}  // namespace gatehouse::api
