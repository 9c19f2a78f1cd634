#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "database/backups.hpp"

namespace gatehouse::database::postgres {

/// Reads a dump as SQL, the way pg_restore writes it, in pieces of any size, and finds a backup's content: the number
/// of rows of `users`, and the rows of `gatehouse_migrations`. Keeps only the beginning of each line.
class DumpReader {
 public:
  void read(std::string_view bytes);

  [[nodiscard]] const BackupContent& content() const noexcept { return content_; }
  /// The schema that has the tables; empty if they were not found.
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
