#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>

#include "database/sqlite/sqlite_provider.hpp"
#include "support/backend.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::testing {
namespace {

database::DatabaseSettings settings_of(const std::filesystem::path& file) {
  database::DatabaseSettings settings;
  settings.sqlite.path = file.string();
  settings.query_timeout = patience;
  return settings;
}

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* opened = nullptr;
  sqlite3_open(file.c_str(), &opened);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection{opened, sqlite3_close};
  sqlite3_busy_timeout(connection.get(), static_cast<int>(patience.count()));
  const int code = sqlite3_exec(connection.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(connection.get()));
}

class SqliteBackend final : public Backend {
 public:
  SqliteBackend() = default;
  explicit SqliteBackend(const std::filesystem::path& original) {
    std::filesystem::copy_file(original, settings_.sqlite.path);
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
    run_sql(settings_.sqlite.path, "PRAGMA foreign_keys = ON;" + sql);
  }

 private:
  TemporaryDirectory directory_;
  database::DatabaseSettings settings_ = settings_of(directory_.path() / "test.db");
  std::unique_ptr<database::Provider> provider_;
};

/// The template that is copied. All that was written is in the file, and nothing in its write-ahead log, which a reader
/// that was still opening the file when the provider ended may have left.
struct MigratedFile {
  MigratedFile() {
    migrate(*std::make_unique<database::sqlite::SqliteProvider>(settings_of(path)));
    run_sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
  }

  TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "migrated.db";
};

std::unique_ptr<Backend> make_migrated_sqlite() {
  static const MigratedFile original;
  return std::make_unique<SqliteBackend>(original.path);
}

}  // namespace

BackendFactory sqlite_backend() {
  return {.name = "sqlite",
          .make = [] { return std::make_unique<SqliteBackend>(); },
          .make_migrated = make_migrated_sqlite};
}

}  // namespace gatehouse::testing
