#pragma once

#include "database/database.hpp"

namespace gatehouse::database {

/// Checks that the database answers. Throws Unavailable if it does not.
[[nodiscard]] Task<> ping(Database& database);

}  // namespace gatehouse::database
