#pragma once

#include "database/database.hpp"

namespace gatehouse::database {

/// Asks the database for an answer, any answer. Throws Unavailable where none comes.
[[nodiscard]] Task<> ping(Database& database);

}  // namespace gatehouse::database
