#pragma once

#include <string>
#include <vector>

#include "database/schema_database.hpp"

namespace gatehouse::cli {

/// Who else is connected to the database, except for clients that are just leaving: a server notices the end of a
/// client a moment later. Waits at most two seconds; `schema` outlives the call.
[[nodiscard]] Task<std::vector<std::string>> list_who_stays(database::SchemaDatabase& schema);

}  // namespace gatehouse::cli
