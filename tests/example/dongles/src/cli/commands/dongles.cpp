#include "cli/commands/dongles.hpp"

#include <ostream>

#include "cli/commands/database_session.hpp"
#include "jobs/dongle_cleanup.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Does nothing, and succeeds, if another process is already at it.
int cleanup_dongles(const Program& program, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  jobs::LeaseStore leases{session.database(), program.clock, program.random};
  const jobs::Job job = jobs::dongle_cleanup(session.database(), program.clock);
  const bool has_run = session.run(jobs::run_once(job, leases));
  program.out << (has_run ? "Deleted expired dongles\n" : "Another process is already deleting expired dongles\n");
  return exit_success;
}

}  // namespace

void add_dongles_commands(Commands& commands) {
  Commands dongles = commands.add_group("dongles", "Manage dongles");
  dongles.add("cleanup", "Delete expired dongles now", cleanup_dongles);
}

}  // namespace gatehouse::cli
