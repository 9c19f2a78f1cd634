#pragma once

#include "cli/program.hpp"
#include "config/load.hpp"

namespace gatehouse::cli {

/// `gatehouse serve`: sets up the log on standard output, puts the settings' warnings into it and serves until a signal
/// ends it. The process's exit code.
[[nodiscard]] int run_serve(const Program& program, const config::Loaded& loaded);

}  // namespace gatehouse::cli
