#pragma once

#include <memory>
#include <string>
#include <vector>

#include "database/backups.hpp"
#include "database/database_settings.hpp"
#include "database/postgres/connect_options.hpp"

namespace gatehouse::database::postgres {

/// Backups by PostgreSQL's own programs: pg_dump in its custom format, and pg_restore through psql.
///
/// They connect where LISTEN works (DB_LISTEN_HOST), because pg_dump changes settings of its session, which a pooler
/// would hand on to the service.
class PostgresBackups final : public Backups {
 public:
  PostgresBackups(const DatabaseSettings& settings, BackupParts parts);

  /// Fails if pg_dump is missing or older than the server.
  [[nodiscard]] std::expected<BackupContent, std::string> save(const NewFile& file,
                                                               std::string_view server_version) override;
  [[nodiscard]] std::expected<std::unique_ptr<Restoration>, std::string> open(const std::string& file) override;
  [[nodiscard]] std::vector<std::string> list_others() override { return {}; }

 private:
  const std::shared_ptr<const ConnectOptions> options_;
  const BackupParts parts_;
};

}  // namespace gatehouse::database::postgres
