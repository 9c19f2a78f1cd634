#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// A text without backslashes, such as a name, between quotes.
[[nodiscard]] std::string name_literal(std::string_view text);

/// Of any bytes, however the database reads backslashes.
[[nodiscard]] std::string text_literal(std::string_view text, Dialect dialect);

/// As the dialect's tables store it; to milliseconds with PostgreSQL.
[[nodiscard]] std::string time_literal(TimePoint time, Dialect dialect);

}  // namespace gatehouse::database::schema
