#pragma once

#include <span>
#include <string>

#include "database/statement.hpp"

namespace gatehouse::database::postgres {

/// The rows as `COPY … (FORMAT binary)` reads them (PostgreSQL's manual, COPY, Binary Format), with header and trailer.
/// Each value is sent as the type that type_of() says. Any thread.
[[nodiscard]] std::string encode_copy(std::span<const Parameters> rows);

}  // namespace gatehouse::database::postgres
