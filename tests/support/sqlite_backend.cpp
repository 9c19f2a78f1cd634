#include <sqlite3.h>

#include <stdexcept>

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
  void run_beside(const std::string& sql) override {
    sqlite3* opened = nullptr;
    sqlite3_open(settings_.sqlite.path.c_str(), &opened);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection{opened, sqlite3_close};
    sqlite3_busy_timeout(connection.get(), static_cast<int>(patience.count()));
    const std::string with_foreign_keys = "PRAGMA foreign_keys = ON;" + sql;
    const int code = sqlite3_exec(connection.get(), with_foreign_keys.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(connection.get()));
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
