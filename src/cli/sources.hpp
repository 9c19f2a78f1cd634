#pragma once

#include <optional>
#include <string>

#include "cli/program.hpp"
#include "config/sources.hpp"

namespace gatehouse::cli {

/// The environment, the .env file at `path`, and the secrets that `./dev serve` made; std::nullopt if the file cannot
/// be read. A file that does not exist is not a failure, unless it `must_exist`. Blocks.
[[nodiscard]] std::optional<config::Sources> read_sources(const Program& program, const std::string& path,
                                                          bool must_exist);

}  // namespace gatehouse::cli
