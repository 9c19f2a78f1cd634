#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_file.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// One step of the schema, in one dialect. The views last as long as the files they came from.
struct Migration {
  std::string_view name;   ///< `20261123_002_add_email_key`
  std::string_view up;     ///< the script that makes the step
  std::string_view down;   ///< the script that reverts it
  std::string_view check;  ///< empty, or a comment for the operator and a SELECT of one text column that must be empty
  std::string_view indexes = {};  ///< empty, or what the service builds while it serves; see background_indexes.hpp
};

/// The steps among the files `migrations/<dialect>/NAME.{up,down,check,indexes}.sql`, by name, which is by date. Throws
/// std::invalid_argument for a file whose NAME has other characters than [a-z0-9_] or that is none of the four, and for
/// a step without its up or its down script.
[[nodiscard]] std::vector<Migration> plan_migrations(std::span<const EmbeddedFile> files, Dialect dialect);

/// The name of the last step: a database that has it has all before it. Empty if there is none.
[[nodiscard]] std::string newest_migration(std::span<const EmbeddedFile> files, Dialect dialect);

/// The comment lines at the head of a script or check, as one line without their dashes.
[[nodiscard]] std::string leading_comment(std::string_view sql);

}  // namespace gatehouse::database::schema
