#include "crypto/random.hpp"
#include "database/postgres/postgres_provider.hpp"
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

/// To be copied.
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

}  // namespace

std::optional<BackendFactory> postgres_backend() {
  if (!test_postgres_url()) return std::nullopt;
  return BackendFactory{.name = "postgres",
                        .make = [] { return std::make_unique<PostgresBackend>(); },
                        .make_migrated = make_migrated_postgres};
}

}  // namespace gatehouse::testing
