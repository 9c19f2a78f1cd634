#include "cli/commands/partitions.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

#include "cli/commands/database_session.hpp"
#include "database/errors.hpp"
#include "database/schema/migrator.hpp"
#include "database/schema/table_scripts.hpp"
#include "service/settings.hpp"
#include "service/table_reshaping.hpp"

namespace gatehouse::cli {
namespace {

using database::schema::hashed_partitions_max;
using database::schema::hashed_partitions_min;
using database::schema::Layout;
using service::Reshapable;
using service::Reshaped;
using service::TableReshaping;

constexpr std::int64_t partitions_default = 8;

/// Arguments of `db partition TABLE`.
struct PartitionOptions {
  std::string table;
  std::optional<std::int64_t> count;
  std::optional<std::string> by;
};

/// Arguments of `db unpartition TABLE`.
struct UnpartitionOptions {
  std::string table;
};

void define_table(CLI::App& command, std::string& table) {
  command.add_option("table", table, "The table: sessions, or audit for the events of the audit trail")
      ->required()
      ->check(CLI::IsMember({"sessions", "audit"}))
      ->type_name("TABLE");
  command.footer(
      "PostgreSQL only. The service may be running. Rows are copied, kept in step and compared before the tables "
      "change places, so nothing is lost if this is interrupted; run it again then.");
}

void define_partition(CLI::App& command, PartitionOptions& options) {
  define_table(command, options.table);
  command.add_option("--count", options.count, "For sessions: the number of partitions by id, from 2 to 1024 [8]")
      ->check(CLI::Range(hashed_partitions_min, hashed_partitions_max));
  command.add_option("--by", options.by, "For audit: what each partition holds: a month")
      ->check(CLI::IsMember({"month"}))
      ->type_name("month");
}

void define_unpartition(CLI::App& command, UnpartitionOptions& options) { define_table(command, options.table); }

const Reshapable& reshapable(const std::string& table) {
  return table == service::reshapable_audit.name ? service::reshapable_audit : service::reshapable_sessions;
}

/// One line that is rewritten in place, if a person is watching.
TableReshaping::Show show_on(const Program& program, std::string_view rows) {
  return [&program, rows](std::string_view what, std::int64_t done, std::int64_t all) {
    if (!program.is_interactive) return;
    program.err << '\r' << what << ' ' << done << " of about " << all << ' ' << rows << "   " << std::flush;
  };
}

/// False, with the reason printed, if the tables are not those of this program.
bool has_current_schema(const Program& program, DatabaseSession& session) {
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  const auto migrations = session.run(migrator.status());
  if (std::ranges::all_of(migrations, [](const auto& one) { return one.known && one.applied; })) return true;
  program.err << "The schema does not match this program; run `gatehouse migrate latest` first\n";
  return false;
}

/// False if another process has the lease, or held something up. The next run continues where this one stopped.
bool try_to_run(DatabaseSession& session, const jobs::Job& job, jobs::LeaseStore& leases) {
  try {
    return session.run(jobs::run_once(job, leases));
  } catch (const database::Unavailable& failure) {
    if (failure.reason() != database::Unavailable::Reason::overload) throw;
  }
  return false;
}

/// False if another process has had the lease for longer than a process that died would.
bool run_leased(DatabaseSession& session, const jobs::Job& job, jobs::LeaseStore& leases) {
  constexpr std::chrono::milliseconds pause{500};
  const auto waits_max = job.lease.value().duration / pause + 2;
  for (auto i = waits_max; i > 0; --i) {
    if (try_to_run(session, job, leases)) return true;
    std::this_thread::sleep_for(pause);
  }
  return false;
}

std::string describe(Layout layout) {
  if (!layout.is_partitioned()) return "not partitioned";
  if (layout.is_by_month()) return "partitioned by month";
  return "partitioned into " + std::to_string(layout.hashed_partitions());
}

int refuse(const Program& program, const std::string& why) {
  program.err << why << '\n';
  return exit_failure;
}

int refuse_obstacles(const Program& program, const Reshapable& what, const Reshaped& reshaped) {
  program.err << "Nothing was done, because " << what.table.name << " has something that would be lost:\n";
  for (const std::string& obstacle : reshaped.obstacles) program.err << "  " << obstacle << '\n';
  return refuse(program, "Remove it, and add it again afterwards");
}

int report(const Program& program, const Reshapable& what, const Reshaped& reshaped) {
  const std::string name{what.name};
  switch (reshaped.end) {
    case Reshaped::End::done:
      program.out << name << " is now " << describe(reshaped.layout) << ". Compared " << reshaped.rows << ' '
                  << what.rows << " first: their number and checksum match\n";
      return exit_success;
    case Reshaped::End::already:
      program.out << name << " is " << describe(reshaped.layout) << " already\n";
      return exit_success;
    case Reshaped::End::other_partitions:
      return refuse(program, name + " is " + describe(reshaped.layout) + " already; run `gatehouse db unpartition " +
                                 name + "` first");
    case Reshaped::End::obstacles:
      return refuse_obstacles(program, what, reshaped);
    case Reshaped::End::busy:
      return refuse(
          program,
          "Others have held locks on the tables for ten minutes, as a backup or a VACUUM does. What was copied "
          "is kept; run the command again");
    case Reshaped::End::unequal:
      return refuse(program, "The copy did not match " + name + ", so it was dropped, and " + name +
                                 " is unchanged. Were triggers disabled? Run the command again");
    case Reshaped::End::taken_over:
      break;
  }
  return refuse(program, "Another process has taken over, because this one was silent for too long");
}

int reshape(const Program& program, const Reshapable& what, Layout layout, const service::Loaded& loaded) {
  if (loaded.settings.database.kind == database::DatabaseKind::sqlite) {
    return refuse(program, "SQLite has no partitioned tables, and the settings name an SQLite file. Nothing was done");
  }
  DatabaseSession session{program, loaded.settings};
  if (!has_current_schema(program, session)) return exit_failure;
  jobs::LeaseStore leases{session.database(), program.clock, program.random};
  const auto reshaping = std::make_shared<TableReshaping>(TableReshaping::Parts{.database = session.database(),
                                                                                .schema = session.schema(),
                                                                                .clock = program.clock,
                                                                                .show = show_on(program, what.rows)},
                                                          what.table, layout);
  const jobs::Job job{
      .name = "table_partitioning",
      .interval = {},
      .lease = what.lease,
      .run = [reshaping](std::optional<jobs::Lease> lease) { return reshaping->run(std::move(lease).value()); }};
  if (!run_leased(session, job, leases)) {
    return refuse(program,
                  "Another process is partitioning " + std::string{what.name} + ", or undoing it. Nothing was done");
  }
  if (program.is_interactive) program.err << '\n';
  return report(program, what, reshaping->outcome());
}

int partition(const Program& program, const PartitionOptions& options, const service::Loaded& loaded) {
  const Reshapable& what = reshapable(options.table);
  const bool is_audit = &what == &service::reshapable_audit;
  if (is_audit ? options.count.has_value() : options.by.has_value()) {
    program.err << (is_audit ? "--count is for sessions; audit is partitioned --by month\n"
                             : "--by is for audit; sessions have a --count of partitions\n");
    return exit_usage;
  }
  const Layout layout = is_audit ? Layout::by_month() : Layout::hashed(options.count.value_or(partitions_default));
  return reshape(program, what, layout, loaded);
}

int unpartition(const Program& program, const UnpartitionOptions& options, const service::Loaded& loaded) {
  return reshape(program, reshapable(options.table), {}, loaded);
}

}  // namespace

void add_partition_commands(Commands& database) {
  database.add("partition",
               "Split sessions by id, or the audit trail by month, into partitions, while the service runs",
               define_partition, partition);
  database.add("unpartition", "Merge sessions, or the audit trail, into one table again, while the service runs",
               define_unpartition, unpartition);
}

}  // namespace gatehouse::cli
