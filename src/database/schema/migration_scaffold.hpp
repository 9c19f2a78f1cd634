#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace gatehouse::database::schema {

/// Why no migration was made.
enum class ScaffoldError {
  bad_name,      ///< not a letter followed by letters, digits and underscores, all lower-case, at most 60 of them
  day_is_full,   ///< 999 migrations on one day
  cannot_write,  ///< the file system refused; what was written before is left
};

/// Writes the four files of a new migration, `<directory>/{postgres,sqlite}/YYYYMMDD_NNN_name.{up,down}.sql`, each with
/// a comment that says what belongs there. The date is `now`'s in UTC, the number one more than that day's last.
/// Returns the files' paths. No file that exists is touched. Blocks on the file system.
[[nodiscard]] std::expected<std::vector<std::filesystem::path>, ScaffoldError> make_migration(
    const std::filesystem::path& directory, std::string_view name, TimePoint now);

}  // namespace gatehouse::database::schema
