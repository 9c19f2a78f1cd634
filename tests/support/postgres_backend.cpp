#include "crypto/random.hpp"
#include "database/postgres/postgres_provider.hpp"
#include "database/schema/table_scripts.hpp"
#include "support/backend.hpp"
#include "support/test_postgres.hpp"

namespace gatehouse::testing {
namespace {

std::unique_ptr<database::Provider> provider_of(const TestDatabase& database, crypto::Random& random) {
  const auto silent = [](telemetry::Level, std::string_view, std::string_view) {};
  return std::make_unique<database::postgres::PostgresProvider>(database.settings(), silent, random);
}

class PostgresBackend final : public Backend {
 public:
  PostgresBackend() = default;
  explicit PostgresBackend(const TestDatabase& original) : database_(original.name()) {}

  database::Provider& provider() override {
    if (!provider_) provider_ = another_provider();
    return *provider_;
  }
  std::string name() const override { return "postgres"; }
  std::unique_ptr<database::Provider> another_provider() override { return provider_of(database_, random_); }
  void run_beside(const std::string& sql) override { database_.run(sql); }

 private:
  TestDatabase database_;
  crypto::SystemRandom random_;
  std::unique_ptr<database::Provider> provider_;
};

/// The template that is copied.
struct MigratedDatabase {
  MigratedDatabase() {
    crypto::SystemRandom random;
    migrate(*provider_of(database, random));
  }

  TestDatabase database;
};

std::unique_ptr<Backend> make_migrated_postgres() {
  static const MigratedDatabase original;
  return std::make_unique<PostgresBackend>(original.database);
}

/// The trail as `gatehouse db partition audit` makes it.
struct DatabaseByMonth {
  DatabaseByMonth() {
    namespace schema = database::schema;
    const auto& table = schema::audit_table;
    const auto layout = schema::Layout::by_month();
    crypto::SystemRandom random;
    migrate(*provider_of(database, random));
    std::string script = schema::begin_copy_script(table, layout);
    for (const std::string& add : schema::add_partition_scripts(table, layout)) script += add;
    script += schema::follow_changes_script(table) + schema::switch_tables_script(table) +
              schema::drop_copy_script(table) + month(1) + month(2);
    database.run(script);
  }

  static std::string month(int number) {
    const std::string digit = std::to_string(number);
    return "SELECT gatehouse_add_audit_partition('audit_events', 'audit_events_y2025m0" + digit +
           "', 'FOR VALUES FROM (''2025-0" + digit + "-01 00:00+00'') TO (''2025-0" + std::to_string(number + 1) +
           "-01 00:00+00'')');";
  }

  TestDatabase database;
};

std::unique_ptr<Backend> make_postgres_by_month() {
  static const DatabaseByMonth original;
  return std::make_unique<PostgresBackend>(original.database);
}

}  // namespace

std::optional<BackendFactory> postgres_backend() {
  if (!test_postgres_url()) return std::nullopt;
  return BackendFactory{.name = "postgres",
                        .make = [] { return std::make_unique<PostgresBackend>(); },
                        .make_migrated = make_migrated_postgres};
}

std::optional<BackendFactory> postgres_by_month_backend() {
  if (!test_postgres_url()) return std::nullopt;
  return BackendFactory{.name = "postgres_by_month", .make = {}, .make_migrated = make_postgres_by_month};
}

}  // namespace gatehouse::testing
