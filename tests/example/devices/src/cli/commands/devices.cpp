#include "cli/commands/devices.hpp"

#include <ostream>

#include "cli/commands/database_session.hpp"
#include "jobs/device_cleanup.hpp"

namespace gatehouse::cli {
namespace {

/// Does nothing, successfully, where another process is at it.
int cleanup_devices(const Program& program, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  jobs::LeaseStore leases{session.database(), program.clock, program.random};
  const jobs::Job job = jobs::device_cleanup(session.database(), program.clock);
  const bool has_run = session.run(jobs::run_once(job, leases));
  program.out << (has_run ? "Deleted expired devices\n" : "Another process is already deleting expired devices\n");
  return exit_success;
}

}  // namespace

void add_devices_commands(Commands& commands) {
  Commands devices = commands.add_group("devices", "Work on devices");
  devices.add("cleanup", "Delete expired devices now", cleanup_devices);
}

}  // namespace gatehouse::cli
