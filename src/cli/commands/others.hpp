#pragma once

#include <string>
#include <vector>

#include "database/schema_database.hpp"

namespace gatehouse::cli {

/// Who is connected to the database, but for those that are about to be gone: a server sees the end of a client a
/// moment later. Waits two seconds at most; `schema` outlives it.
[[nodiscard]] Task<std::vector<std::string>> list_who_stays(database::SchemaDatabase& schema);

}  // namespace gatehouse::cli
