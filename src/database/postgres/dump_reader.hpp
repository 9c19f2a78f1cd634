#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "database/backups.hpp"

namespace gatehouse::database::postgres {

/// Reads a dump as pg_restore writes it as SQL, in pieces of any size, and counts what a backup's content is: the rows
/// of `users` and those of `gatehouse_migrations`. Keeps no more of a line than its beginning.
class DumpReader {
 public:
  void read(std::string_view bytes);

  [[nodiscard]] const BackupContent& content() const noexcept { return content_; }
  /// The one that has the tables; empty where they were not found.
  [[nodiscard]] const std::string& schema() const noexcept { return schema_; }

 private:
  enum class Place { elsewhere, users, migrations, other_table };

  void end_line();
  [[nodiscard]] Place table_of(std::string_view line);

  BackupContent content_;
  std::string schema_;
  std::string line_;
  Place place_ = Place::elsewhere;
};

}  // namespace gatehouse::database::postgres
