#pragma once

#include <cstdint>

#include "cli/commands.hpp"
#include "cli/commands/database_session.hpp"

namespace gatehouse::cli {

/// What wrapping has come to.
struct WrappingReport {
  std::int64_t wrapped = 0;
  std::int64_t left = 0;      ///< that nobody can read, or that have come meanwhile
  bool is_log_empty = false;  ///< no earlier version of a row is in SQLite's log
};

/// Wraps all hashes that wait for it, with all cores at the lowest priority; tells how far it is where a person sees
/// it. Throws what the database throws; what was wrapped before stays so.
[[nodiscard]] WrappingReport wrap_hashes(const Program& program, const service::Settings& settings,
                                         DatabaseSession& session);

/// Says on the standard error what is not as it should be.
void report_rest(const Program& program, const WrappingReport& report);

/// `gatehouse users wrap-hashes`.
void add_wrapping_command(Commands& users);

}  // namespace gatehouse::cli
