#pragma once

#include <string>

#include "database/migrator.hpp"

namespace gatehouse::cli {

/// Why the migrator refused and what to do about it, for an operator: one or several lines, without a final line end.
[[nodiscard]] std::string describe(const database::MigrationError& error);

}  // namespace gatehouse::cli
