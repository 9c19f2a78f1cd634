#include "database/sqlite/sqlite_provider.hpp"
#include "support/backend.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::testing {
namespace {

class SqliteBackend final : public Backend {
 public:
  SqliteBackend() {
    settings_.sqlite.path = (directory_.path() / "test.db").string();
    settings_.query_timeout = patience;
  }

  database::Provider& provider() override {
    if (!provider_) provider_ = another_provider();
    return *provider_;
  }
  std::string name() const override { return "sqlite"; }
  std::unique_ptr<database::Provider> another_provider() override {
    return std::make_unique<database::sqlite::SqliteProvider>(settings_);
  }

 private:
  TemporaryDirectory directory_;
  database::DatabaseSettings settings_;
  std::unique_ptr<database::Provider> provider_;
};

}  // namespace

BackendFactory sqlite_backend() {
  return {"sqlite", [] { return std::make_unique<SqliteBackend>(); }};
}

}  // namespace gatehouse::testing
