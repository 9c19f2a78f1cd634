#include "cli/commands/sessions.hpp"

#include <CLI/App.hpp>
#include <cstdint>
#include <memory>
#include <ostream>

#include "cli/commands/database_session.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/commands/user_text.hpp"
#include "jobs/session_cleanup.hpp"
#include "service/settings.hpp"
#include "sessions/session_store.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `sessions cleanup`.
struct CleanupOptions {
  bool as_json = false;
};

void define_cleanup(CLI::App& command, CleanupOptions& options) { define_json(command, options.as_json); }

/// `{"deleted":3,"isElsewhere":false}`
std::string json_of_cleanup(std::int64_t deleted, bool has_run) {
  std::string json;
  json::Writer(json).begin_object().member("deleted", deleted).member("isElsewhere", !has_run).end_object();
  return json + '\n';
}

/// Does nothing, and succeeds, if another process is already cleaning up.
int cleanup_sessions(const Program& program, const CleanupOptions& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  jobs::LeaseStore leases{session.database(), program.clock, program.random};
  const auto cleanup =
      std::make_shared<jobs::SessionCleanup>(session.database(), program.clock, session.schema().dialect());
  const jobs::Job job = jobs::SessionCleanup::job(cleanup, loaded.settings.sessions.cleanup_interval);
  const bool has_run = session.run(jobs::run_once(job, leases));
  const std::int64_t deleted = cleanup->deleted();
  if (options.as_json) {
    program.out << json_of_cleanup(deleted, has_run);
  } else if (has_run) {
    program.out << "Deleted " << deleted << (deleted == 1 ? " expired session\n" : " expired sessions\n");
  } else {
    program.out << "Another process is already deleting expired sessions\n";
  }
  return exit_success;
}

/// Arguments of `sessions list USER`.
struct SessionListOptions {
  std::string user;  ///< number or address
  bool as_json = false;
};

void define_session_list(CLI::App& command, SessionListOptions& options) {
  command.add_option("user", options.user, "The user's number or email address")->required()->type_name("USER");
  define_json(command, options.as_json);
}

std::string json_of(const std::vector<sessions::SessionInfo>& sessions) {
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  for (const sessions::SessionInfo& session : sessions) sessions::write_session(writer, session);
  writer.end_array();
  return json + '\n';
}

std::vector<std::string> cells_of(const sessions::SessionInfo& session) {
  return {std::to_string(session.id.value),
          "created " + to_iso8601(session.created_at),
          "seen " + to_iso8601(session.last_seen_at),
          "expires " + to_iso8601(session.expires_at),
          session.address.value_or("-"),
          session.user_agent.value_or("-")};
}

int list_sessions(const Program& program, const SessionListOptions& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  const auto user = find_user(program, session, options.user);
  if (!user) return exit_failure;
  sessions::SessionStore store{session.database()};
  const auto active = session.run(store.list(user->id, program.clock.now()));
  if (options.as_json) {
    program.out << json_of(active);
    return exit_success;
  }
  std::vector<std::vector<std::string>> rows;
  for (const sessions::SessionInfo& one : active) rows.push_back(cells_of(one));
  program.out << table_of(rows);
  return exit_success;
}

}  // namespace

void add_sessions_commands(Commands& commands) {
  Commands sessions = commands.add_group("sessions", "Manage sessions");
  sessions.add("list", "List the open sessions of a user, newest first", define_session_list, list_sessions);
  sessions.add("cleanup", "Delete expired sessions now", define_cleanup, cleanup_sessions);
}

}  // namespace gatehouse::cli
