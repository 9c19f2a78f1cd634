#pragma once

#include <memory>
#include <string>
#include <vector>

#include "database/backups.hpp"
#include "database/database_settings.hpp"

namespace gatehouse::database::sqlite {

/// Backups of the database file: a copy made by SQLite's online backup, in one file without a log beside it. A
/// restoration renames a copy of that file to the database's place.
class SqliteBackups final : public Backups {
 public:
  SqliteBackups(const DatabaseSettings& settings, BackupParts parts);

  [[nodiscard]] std::expected<BackupContent, std::string> save(const NewFile& file,
                                                               std::string_view server_version) override;
  [[nodiscard]] std::expected<std::unique_ptr<Restoration>, std::string> open(const std::string& file) override;
  [[nodiscard]] std::vector<std::string> list_others() override;

 private:
  const std::string path_;  ///< where the file is, after all symbolic links: names of logs are derived from it
  const BackupParts parts_;
};

}  // namespace gatehouse::database::sqlite
