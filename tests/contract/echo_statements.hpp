#pragma once

#include "database/statement.hpp"

namespace gatehouse::testing {

/// Each returns its parameter.
inline constexpr database::Statement echo{"echo", "SELECT CAST($1 AS bigint)"};
inline constexpr database::Statement echo_text{"echo_text", "SELECT CAST($1 AS text)"};

}  // namespace gatehouse::testing
