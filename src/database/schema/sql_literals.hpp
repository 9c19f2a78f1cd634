#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// The literal of a text without backslashes, such as a name.
[[nodiscard]] std::string name_literal(std::string_view text);

/// The literal of any bytes, however the database treats backslashes.
[[nodiscard]] std::string text_literal(std::string_view text, Dialect dialect);

/// The literal of a time as the dialect's tables store it; to milliseconds with PostgreSQL.
[[nodiscard]] std::string time_literal(TimePoint time, Dialect dialect);

}  // namespace gatehouse::database::schema
