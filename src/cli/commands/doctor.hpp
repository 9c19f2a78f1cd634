#pragma once

#include "cli/program.hpp"
#include "config/load.hpp"

namespace gatehouse::cli {

/// How far the database's clock may be from this machine's: sessions and tokens are judged by both.
inline constexpr std::chrono::seconds clock_difference_max{5};

/// `gatehouse doctor`: prints every setting with its value (secrets hidden), origin and default, then one line per
/// check: settings, database, schema, clocks, kept Express hashes. exit_failure where a check fails. Blocks; changes
/// nothing; a database that is away is a failed check, and with mistakes in the settings it is not looked at.
[[nodiscard]] int run_doctor(const Program& program, const config::Reading& reading);

}  // namespace gatehouse::cli
