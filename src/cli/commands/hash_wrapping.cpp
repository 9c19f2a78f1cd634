#include "cli/commands/hash_wrapping.hpp"

#include <CLI/App.hpp>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/shared_options.hpp"
#include "flows/hash_wrapping/hash_wrapping.hpp"
#include "json/writer.hpp"
#include "passwords/password_service.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `users wrap-hashes`.
struct WrappingOptions {
  bool as_json = false;
};

void define_wrapping(CLI::App& command, WrappingOptions& options) {
  define_json(command, options.as_json);
  command.footer(
      "Imported hashes that are quick to compute, such as MD5, are hashed once more with Argon2id. `users import` does "
      "this at its end; run this command if that was interrupted. The service may be running.");
}

/// Settings that use all cores, but only the time that nobody else wants.
passwords::PasswordSettings idle_settings(passwords::PasswordSettings settings) {
  constexpr unsigned lowest_priority = 19;
  settings.hash_threads = 0;
  settings.hash_nice = lowest_priority;
  return settings;
}

/// One line that is rewritten in place, if a person is watching.
void show(const Program& program, std::int64_t wrapped, std::int64_t all, bool is_end) {
  if (!program.is_interactive || all == 0) return;
  program.err << "\rWrapped " << wrapped << " of " << all << " hashes   " << (is_end ? "\n" : "") << std::flush;
}

int run_wrapping(const Program& program, const WrappingOptions& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  const WrappingReport report = wrap_hashes(program, loaded.settings, session);
  report_rest(program, report);
  if (options.as_json) {
    std::string json;
    json::Writer writer{json};
    writer.begin_object().member("wrapped", report.wrapped).member("left", report.left).end_object();
    program.out << json << '\n';
  } else {
    program.out << "Wrapped " << report.wrapped << (report.wrapped == 1 ? " hash" : " hashes") << '\n';
  }
  return report.left == 0 && report.is_log_empty ? exit_success : exit_partly;
}

}  // namespace

WrappingReport wrap_hashes(const Program& program, const service::Settings& settings, DatabaseSession& session) {
  const passwords::PasswordSettings idle = idle_settings(settings.passwords);
  const auto pool_options = passwords::hashing_pool_options(idle);
  runtime::WorkerPool pool{pool_options};
  passwords::PasswordService passwords{pool, idle, program.random};
  flows::HashWrapping wrapping{session.database(), passwords};
  const std::int64_t all = session.run(wrapping.count());
  WrappingReport report;
  UserId last{0};
  while (true) {
    auto batch = session.run(wrapping.read(last));
    if (batch.empty()) break;
    last = batch.back().pending.user;
    std::size_t next = 0;
    std::vector<Task<>> workers;
    workers.reserve(pool_options.threads);
    for (unsigned i = 0; i < pool_options.threads; ++i) workers.push_back(wrapping.wrap(batch, next));
    session.run_all(std::move(workers));
    std::vector<Task<>> storing;
    storing.push_back(wrapping.store(batch));
    session.run_all(std::move(storing));
    for (const auto& entry : batch) report.wrapped += entry.onion ? 1 : 0;
    show(program, report.wrapped, all, false);
  }
  show(program, report.wrapped, all, true);
  report.left = session.run(wrapping.count());
  report.is_log_empty = session.empty_log();
  return report;
}

void report_rest(const Program& program, const WrappingReport& report) {
  if (report.left > 0) {
    program.err << report.left
                << " hashes are not wrapped: they were added meanwhile, or cannot be read. Run `gatehouse users "
                << "wrap-hashes` again\n";
  }
  if (!report.is_log_empty) {
    program.err
        << "The log beside the database may still hold hashes that are not wrapped, because it was being read all the "
        << "time. Run `gatehouse users wrap-hashes` again\n";
  }
}

void add_wrapping_command(Commands& users) {
  users.add("wrap-hashes", "Hash weak imported hashes once more, with Argon2id", define_wrapping, run_wrapping);
}

}  // namespace gatehouse::cli
