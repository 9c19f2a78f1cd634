#pragma once

#include "audit/event.hpp"
#include "cli/program.hpp"

namespace gatehouse::cli {

/// Who typed the command, for the events that it causes: the user who ran sudo, otherwise the user named by the
/// environment.
[[nodiscard]] audit::Origin origin_of(const Program& program);

}  // namespace gatehouse::cli
