#pragma once

#include <optional>

#include "base/secret_string.hpp"
#include "cli/program.hpp"

namespace gatehouse::cli {

/// Asks for a new password. At a terminal it is typed twice and not shown; otherwise it is the first line of standard
/// input. std::nullopt, with the reason printed, if there is none or the two differ.
[[nodiscard]] std::optional<SecretString> ask_password(const Program& program);

}  // namespace gatehouse::cli
