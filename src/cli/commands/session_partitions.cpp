#include "cli/commands/session_partitions.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

#include "cli/commands/database_session.hpp"
#include "database/errors.hpp"
#include "database/schema/migrator.hpp"
#include "database/schema/session_scripts.hpp"
#include "service/session_reshaping.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

using database::schema::session_partitions_max;
using database::schema::session_partitions_min;
using service::Reshaped;
using service::SessionReshaping;

constexpr std::int64_t partitions_default = 8;

/// Of `db partition TABLE`.
struct PartitionOptions {
  std::string table;
  std::int64_t count = partitions_default;
};

/// Of `db unpartition TABLE`.
struct UnpartitionOptions {
  std::string table;
};

void define_table(CLI::App& command, std::string& table) {
  command.add_option("table", table, "The table: sessions")
      ->required()
      ->check(CLI::IsMember({"sessions"}))
      ->type_name("TABLE");
  command.footer(
      "PostgreSQL only. The service may be running. Sessions are copied, followed and compared before the tables "
      "change places, so nothing is lost where this is interrupted; run it again then.");
}

void define_partition(CLI::App& command, PartitionOptions& options) {
  define_table(command, options.table);
  command.add_option("--count", options.count, "How many partitions, from 2 to 1024")
      ->check(CLI::Range(session_partitions_min, session_partitions_max))
      ->capture_default_str();
}

void define_unpartition(CLI::App& command, UnpartitionOptions& options) { define_table(command, options.table); }

/// One line that is written over and over, where a person sees it.
SessionReshaping::Show show_on(const Program& program) {
  return [&program](std::string_view what, std::int64_t done, std::int64_t all) {
    if (!program.is_interactive) return;
    program.err << '\r' << what << ' ' << done << " of about " << all << " sessions   " << std::flush;
  };
}

/// False, with the reason printed, where the tables are not those of this program.
bool has_current_schema(const Program& program, DatabaseSession& session) {
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  const auto migrations = session.run(migrator.status());
  if (std::ranges::all_of(migrations, [](const auto& one) { return one.known && one.applied; })) return true;
  program.err << "The schema is not this program's; run `gatehouse migrate latest` first\n";
  return false;
}

/// False where another process has the lease, or held something up; a run that was begun goes on where it was.
bool try_to_run(DatabaseSession& session, const jobs::Job& job, jobs::LeaseStore& leases) {
  try {
    return session.run(jobs::run_once(job, leases));
  } catch (const database::Unavailable& failure) {
    if (failure.reason() != database::Unavailable::Reason::overload) throw;
  }
  return false;
}

/// False where another process has had the lease for longer than one that died would.
bool run_leased(DatabaseSession& session, const jobs::Job& job, jobs::LeaseStore& leases) {
  constexpr std::chrono::milliseconds pause{500};
  constexpr auto waits_max = SessionReshaping::lease_terms.duration / pause + 2;
  for (auto i = waits_max; i > 0; --i) {
    if (try_to_run(session, job, leases)) return true;
    std::this_thread::sleep_for(pause);
  }
  return false;
}

std::string shape_of(std::int64_t partitions) {
  return partitions == 0 ? "not partitioned" : "partitioned into " + std::to_string(partitions);
}

int refuse(const Program& program, const std::string& why) {
  program.err << why << '\n';
  return exit_failure;
}

int refuse_obstacles(const Program& program, const Reshaped& reshaped) {
  program.err << "Nothing was done, because others have made something of sessions that would not come along:\n";
  for (const std::string& obstacle : reshaped.obstacles) program.err << "  " << obstacle << '\n';
  return refuse(program, "Drop it, and make it again afterwards");
}

int report(const Program& program, const Reshaped& reshaped) {
  switch (reshaped.end) {
    case Reshaped::End::done:
      program.out << "sessions is now " << shape_of(reshaped.partitions) << ". Compared " << reshaped.sessions
                  << " sessions before: their number and checksum agree\n";
      return exit_success;
    case Reshaped::End::already:
      program.out << "sessions is " << shape_of(reshaped.partitions) << " already\n";
      return exit_success;
    case Reshaped::End::other_partitions:
      return refuse(program, "sessions is " + shape_of(reshaped.partitions) +
                                 " already; run `gatehouse db unpartition sessions` first");
    case Reshaped::End::obstacles:
      return refuse_obstacles(program, reshaped);
    case Reshaped::End::busy:
      return refuse(
          program,
          "Others have held locks on the tables for ten minutes, as a backup or a VACUUM does. What was copied "
          "is kept; run the command again");
    case Reshaped::End::unequal:
      return refuse(program,
                    "The copy was not equal to sessions, so it was dropped, and sessions is as it was. Has anybody "
                    "disabled triggers? Run the command again");
    case Reshaped::End::taken_over:
      break;
  }
  return refuse(program, "Another process has taken over, because this one was not heard of for too long");
}

int reshape(const Program& program, std::int64_t partitions, const service::Loaded& loaded) {
  if (loaded.settings.database.kind == database::DatabaseKind::sqlite) {
    return refuse(program, "SQLite has no partitioned tables, and the settings name an SQLite file. Nothing was done");
  }
  DatabaseSession session{program, loaded.settings};
  if (!has_current_schema(program, session)) return exit_failure;
  jobs::LeaseStore leases{session.database(), program.clock, program.random};
  const auto reshaping = std::make_shared<SessionReshaping>(
      SessionReshaping::Parts{
          .database = session.database(), .schema = session.schema(), .clock = program.clock, .show = show_on(program)},
      partitions);
  const jobs::Job job{
      .name = "session_partitioning",
      .interval = {},
      .lease = SessionReshaping::lease_terms,
      .run = [reshaping](std::optional<jobs::Lease> lease) { return reshaping->run(std::move(lease).value()); }};
  if (!run_leased(session, job, leases)) {
    return refuse(program, "Another process is partitioning sessions, or back. Nothing was done");
  }
  if (program.is_interactive) program.err << '\n';
  return report(program, reshaping->outcome());
}

int partition(const Program& program, const PartitionOptions& options, const service::Loaded& loaded) {
  return reshape(program, options.count, loaded);
}

int unpartition(const Program& program, const UnpartitionOptions& /*options*/, const service::Loaded& loaded) {
  return reshape(program, 0, loaded);
}

}  // namespace

void add_partition_commands(Commands& database) {
  database.add("partition", "Spread sessions over partitions by their ids, while the service runs", define_partition,
               partition);
  database.add("unpartition", "Make sessions one table again, while the service runs", define_unpartition, unpartition);
}

}  // namespace gatehouse::cli
