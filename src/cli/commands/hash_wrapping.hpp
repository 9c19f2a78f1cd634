#pragma once

#include <cstdint>

#include "cli/commands.hpp"
#include "cli/commands/database_session.hpp"

namespace gatehouse::cli {

/// The result of wrapping.
struct WrappingReport {
  std::int64_t wrapped = 0;
  std::int64_t left = 0;      ///< hashes that cannot be read, or that came meanwhile
  bool is_log_empty = false;  ///< SQLite's log holds no earlier version of a row
};

/// Wraps all pending hashes, with all cores at the lowest priority, and shows its progress if a person is watching.
/// Throws what the database throws; what was wrapped before that stays wrapped.
[[nodiscard]] WrappingReport wrap_hashes(const Program& program, const service::Settings& settings,
                                         DatabaseSession& session);

/// Says on standard error what is not as it should be.
void report_rest(const Program& program, const WrappingReport& report);

/// `gatehouse users wrap-hashes`.
void add_wrapping_command(Commands& users);

}  // namespace gatehouse::cli
