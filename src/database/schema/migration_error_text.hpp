#pragma once

#include <string>

#include "database/schema/migrator.hpp"

namespace gatehouse::database::schema {

/// Why the migrator refused and what to do about it, for an operator: one or several lines, without a final line end.
[[nodiscard]] std::string describe(const MigrationError& error);

}  // namespace gatehouse::database::schema
