#include "crypto/random.hpp"
#include "database/postgres/postgres_provider.hpp"
#include "support/backend.hpp"
#include "support/test_postgres.hpp"

namespace gatehouse::testing {
namespace {

class PostgresBackend final : public Backend {
 public:
  database::Provider& provider() override {
    if (!provider_) provider_ = another_provider();
    return *provider_;
  }
  std::string name() const override { return "postgres"; }
  std::unique_ptr<database::Provider> another_provider() override {
    const auto silent = [](telemetry::Level, std::string_view, std::string_view) {};
    return std::make_unique<database::postgres::PostgresProvider>(database_.settings(), silent, random_);
  }
  void run_beside(const std::string& sql) override { database_.run(sql); }

 private:
  TestDatabase database_;
  crypto::SystemRandom random_;
  std::unique_ptr<database::Provider> provider_;
};

}  // namespace

std::optional<BackendFactory> postgres_backend() {
  if (!test_postgres_url()) return std::nullopt;
  return BackendFactory{"postgres", [] { return std::make_unique<PostgresBackend>(); }};
}

}  // namespace gatehouse::testing
