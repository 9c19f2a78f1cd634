#include "cli/commands/sessions.hpp"

#include <cstdint>
#include <memory>
#include <ostream>

#include "cli/commands/database_session.hpp"
#include "jobs/session_cleanup.hpp"

namespace gatehouse::cli {
namespace {

/// Does nothing, successfully, where another process is at it.
int cleanup_sessions(const Program& program, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  jobs::LeaseStore leases{session.database(), program.clock, program.random};
  const auto cleanup = std::make_shared<jobs::SessionCleanup>(session.database(), program.clock);
  const jobs::Job job = jobs::SessionCleanup::job(cleanup, loaded.settings.sessions.cleanup_interval);
  const bool has_run = session.run(jobs::run_once(job, leases));
  const std::int64_t deleted = cleanup->deleted();
  if (has_run) {
    program.out << "Deleted " << deleted << (deleted == 1 ? " expired session\n" : " expired sessions\n");
  } else {
    program.out << "Another process is already deleting expired sessions\n";
  }
  return exit_success;
}

}  // namespace

void add_sessions_commands(Commands& commands) {
  Commands sessions = commands.add_group("sessions", "Work on sessions");
  sessions.add("cleanup", "Delete expired sessions now", cleanup_sessions);
}

}  // namespace gatehouse::cli
