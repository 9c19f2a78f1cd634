#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "database/provider.hpp"

namespace gatehouse::testing {

/// A database of one kind, made for one test and removed with this object.
class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual database::Provider& provider() = 0;
  [[nodiscard]] virtual std::string name() const = 0;

  /// A second process, as far as the database can tell: opened on the same database, closed by its owner.
  [[nodiscard]] virtual std::unique_ptr<database::Provider> another_provider() = 0;

  /// Runs SQL as somebody who knows nothing of the service would: on a separate connection, not through the driver.
  virtual void run_beside(const std::string& sql) = 0;
};

struct BackendFactory {
  std::string name;
  std::function<std::unique_ptr<Backend>()> make;  ///< makes an empty one
  /// Makes one with the latest schema: a copy of one that the process migrates once, in a fraction of the time.
  std::function<std::unique_ptr<Backend>()> make_migrated;
};

/// What GoogleTest calls a parameter.
inline void PrintTo(const BackendFactory& factory, std::ostream* out) { *out << factory.name; }

[[nodiscard]] BackendFactory sqlite_backend();

/// nullopt if no server was given (test_postgres_url()).
[[nodiscard]] std::optional<BackendFactory> postgres_backend();

/// The same, with an audit trail partitioned by month; the months include January and February 2025, and ManualClock
/// begins in January. Only make_migrated makes it.
[[nodiscard]] std::optional<BackendFactory> postgres_by_month_backend();

/// Every kind of database that this machine can test; prints a line if one is left out. A suite takes them as its
/// parameter: INSTANTIATE_TEST_SUITE_P(Databases, Suite, testing::ValuesIn(backends()), backend_name).
[[nodiscard]] std::vector<BackendFactory> backends();
/// The same and postgres_by_month_backend().
[[nodiscard]] std::vector<BackendFactory> audit_backends();
[[nodiscard]] std::string backend_name(const ::testing::TestParamInfo<BackendFactory>& parameter);

/// Brings the schema to its latest state, or throws.
void migrate(Backend& backend);
void migrate(database::Provider& provider);

}  // namespace gatehouse::testing
