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

  /// Runs SQL as somebody does who knows nothing of the service: on a connection of its own, not through the driver.
  virtual void run_beside(const std::string& sql) = 0;
};

struct BackendFactory {
  std::string name;
  std::function<std::unique_ptr<Backend>()> make;  ///< an empty one
  /// One whose schema is in its latest state: a copy of one that the process migrates once, in a fraction of the time.
  std::function<std::unique_ptr<Backend>()> make_migrated;
};

/// What GoogleTest calls a parameter.
inline void PrintTo(const BackendFactory& factory, std::ostream* out) { *out << factory.name; }

[[nodiscard]] BackendFactory sqlite_backend();

/// Nothing where no server was named (test_postgres_url()).
[[nodiscard]] std::optional<BackendFactory> postgres_backend();

/// The same, where the audit trail is a table of months, among them January and February 2025, in which ManualClock
/// begins. Made by make_migrated only.
[[nodiscard]] std::optional<BackendFactory> postgres_by_month_backend();

/// Every kind of database this machine can test; says so where one is left out. A suite takes them as its parameter:
/// INSTANTIATE_TEST_SUITE_P(Databases, Suite, testing::ValuesIn(backends()), backend_name).
[[nodiscard]] std::vector<BackendFactory> backends();
/// And postgres_by_month_backend().
[[nodiscard]] std::vector<BackendFactory> audit_backends();
[[nodiscard]] std::string backend_name(const ::testing::TestParamInfo<BackendFactory>& parameter);

/// Brings the schema to its latest state, or throws.
void migrate(Backend& backend);
void migrate(database::Provider& provider);

}  // namespace gatehouse::testing
