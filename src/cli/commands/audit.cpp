#include "cli/commands/audit.hpp"

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/audit_store.hpp"
#include "base/calendar.hpp"
#include "base/iso8601.hpp"
#include "cli/commands/audit_verify.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/commands/user_text.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `audit list`; empty: not given.
struct AuditListOptions {
  std::string type;
  std::string user;  ///< number or address
  std::string outcome;
  std::string actor;
  std::string from;
  std::string to;
  unsigned limit = 100;
  bool as_json = false;
};

/// Arguments of `audit export`.
struct ExportOptions {
  std::string from;
  std::string to;
};

void define_times(CLI::App& command, std::string& from, std::string& to) {
  command.add_option("--from", from, "Only events since this date or time in UTC, such as 2026-11-26T10:30:00Z");
  command.add_option("--to", to, "Only events before this date or time");
}

void define_audit_list(CLI::App& command, AuditListOptions& options) {
  command.add_option("--type", options.type, "Only this type, such as login.failed");
  command.add_option("--user", options.user, "Only about this user, by number or email address");
  command.add_option("--outcome", options.outcome, "Only ok, refused or error");
  command.add_option("--actor", options.actor, "Only by the key, person or part of the service with this name");
  define_times(command, options.from, options.to);
  command.add_option("--limit", options.limit, "Maximum number of events")->capture_default_str();
  command.add_flag("--json", options.as_json, "Print JSON, one event per line");
}

void define_export(CLI::App& command, ExportOptions& options) { define_times(command, options.from, options.to); }

/// False, with the reason printed, if the text is given but is not a time.
bool read_time(const Program& program, std::string_view option, const std::string& text,
               std::optional<TimePoint>& time) {
  if (text.empty()) return true;
  time = parse_iso8601(text);
  if (!time) program.err << option << " must be a date or time in UTC, such as 2026-11-26 or 2026-11-26T10:30:00Z\n";
  return time.has_value();
}

/// std::nullopt, with the reason printed, if something is wrong.
std::optional<audit::Filter> filter_of(const Program& program, const AuditListOptions& options) {
  audit::Filter filter;
  filter.type = given(options.type);
  filter.outcome = given(options.outcome);
  filter.actor = given(options.actor);
  if (filter.type && !audit::is_event_type(*filter.type)) {
    program.err << "--type must be the type of an event; docs/audit.md lists them\n";
    return std::nullopt;
  }
  if (filter.outcome && !audit::is_outcome(*filter.outcome)) {
    program.err << "--outcome must be ok, refused or error\n";
    return std::nullopt;
  }
  if (!read_time(program, "--from", options.from, filter.from)) return std::nullopt;
  if (!read_time(program, "--to", options.to, filter.to)) return std::nullopt;
  return filter;
}

std::vector<std::string> cells_of(const audit::StoredEvent& event) {
  return {std::to_string(event.id.value),
          to_iso8601(event.at),
          event.type,
          event.reason ? event.outcome + ": " + *event.reason : event.outcome,
          event.user ? "user " + std::to_string(event.user->value) : "-",
          event.actor_kind + " " + event.actor.value_or("-"),
          event.address.value_or("-")};
}

void print(const Program& program, const std::vector<audit::StoredEvent>& events, bool as_json) {
  std::string text;
  std::vector<std::vector<std::string>> rows;
  for (const audit::StoredEvent& event : events) {
    if (as_json) {
      json::Writer writer{text};
      audit::write_event(writer, event);
      text += '\n';
    } else {
      rows.push_back(cells_of(event));
    }
  }
  program.out << (as_json ? text : table_of(rows));
}

/// Newest first, a page at a time, until there are enough or no more.
int list_events(const Program& program, const AuditListOptions& options, const service::Loaded& loaded) {
  auto filter = filter_of(program, options);
  if (!filter) return exit_failure;
  DatabaseSession session{program, loaded.settings};
  if (!options.user.empty()) {
    const auto user = find_user(program, session, options.user);
    if (!user) return exit_failure;
    filter->user = user->id;
  }
  audit::AuditStore store{session.database()};
  unsigned wanted = options.limit;
  std::optional<audit::Place> after;
  while (wanted > 0) {
    const auto page = session.run(store.page(*filter, after, wanted));
    print(program, page.events, options.as_json);
    wanted -= static_cast<unsigned>(page.events.size());
    after = page.next;
    if (!after) break;
  }
  return exit_success;
}

/// Oldest first, JSON Lines, a part at a time.
int export_events(const Program& program, const ExportOptions& options, const service::Loaded& loaded) {
  constexpr unsigned part_events = 1000;
  std::optional<TimePoint> from;
  std::optional<TimePoint> to;
  if (!read_time(program, "--from", options.from, from) || !read_time(program, "--to", options.to, to)) {
    return exit_failure;
  }
  DatabaseSession session{program, loaded.settings};
  audit::AuditStore store{session.database()};
  const TimePoint end = to.value_or(program.clock.now());
  audit::Place last{.at = from.value_or(calendar_begin), .id = audit::EventId{0}};
  while (true) {
    const auto part = session.run(store.part(last, end, part_events));
    print(program, part, true);
    if (part.size() < part_events) return exit_success;
    last = audit::place_of(part.back());
  }
}

}  // namespace

void add_audit_commands(Commands& commands) {
  Commands audit = commands.add_group("audit", "Read and verify the audit trail");
  audit.add("list", "List events, newest first", define_audit_list, list_events);
  audit.add("export", "Print all events as JSON Lines, oldest first", define_export, export_events);
  add_audit_verify_command(audit);
}

}  // namespace gatehouse::cli
