#pragma once

#include <optional>

#include "base/secret_string.hpp"
#include "cli/program.hpp"

namespace gatehouse::cli {

/// A new password. From who types at a terminal, who does not see it and types it twice; else the first line of
/// standard input. Nothing, with the reason printed, where there is none or the two differ.
[[nodiscard]] std::optional<SecretString> ask_password(const Program& program);

}  // namespace gatehouse::cli
