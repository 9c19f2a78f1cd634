#pragma once

#include "cli/program.hpp"
#include "config/settings.hpp"

namespace gatehouse::cli {

/// Commands that work on what is stored. They print what they did, return the exit code, block, and throw what Database
/// throws.

/// `db reset`: rolls every migration back, applies all and seeds. Everything in the tables is lost; refused in
/// production.
[[nodiscard]] int reset_database(const Program& program, const config::Settings& settings);

/// `sessions cleanup`. Does nothing, successfully, where another process is at it.
[[nodiscard]] int cleanup_sessions(const Program& program, const config::Settings& settings);

/// `users forget-express-passwords`.
[[nodiscard]] int forget_express_passwords(const Program& program, const config::Settings& settings);

/// `secrets generate`: lines for .env with fresh secrets.
[[nodiscard]] int generate_secrets(const Program& program);

}  // namespace gatehouse::cli
