#include <exception>
#include <filesystem>
#include <ostream>

#include "cli/command_line.hpp"
#include "cli/commands/doctor.hpp"
#include "cli/commands/migrate_commands.hpp"
#include "cli/commands/routes_command.hpp"
#include "cli/commands/seed_commands.hpp"
#include "cli/commands/serve_command.hpp"
#include "cli/commands/upkeep_commands.hpp"
#include "cli/program.hpp"
#include "config/dotenv.hpp"
#include "config/load.hpp"
#include "database/errors.hpp"

namespace gatehouse::cli {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

/// False only where there certainly is none, so that one nobody may read is not taken for none.
bool may_exist(const std::string& path) {
  std::error_code failure;
  return std::filesystem::symlink_status(path, failure).type() != std::filesystem::file_type::not_found;
}

/// The environment and the .env file; nothing where there is one, or one was asked for, and it cannot be read.
std::optional<config::Sources> read_sources(const Program& program, const CommandLine& line) {
  const std::string path = line.env_file.value_or(".env");
  config::Sources sources{program.environment, config::read_text_file(path, config::dotenv_bytes_max), path};
  if (sources.dotenv || (!line.env_file && !may_exist(path))) return sources;
  program.err << path << " cannot be read\n";
  return std::nullopt;
}

/// Runs a command that needs settings, once they are loaded. They are mistakes where `use` does not run.
template <class Use>
int with_settings(const Program& program, const CommandLine& line, Use use) {
  const auto sources = read_sources(program, line);
  if (!sources) return exit_failure;
  const auto loaded = config::load_settings(*sources, program.random);
  if (loaded) return use(*loaded);
  program.err << "The settings have mistakes:\n";
  for (const config::Mistake& mistake : loaded.error()) program.err << "  " << to_text(mistake) << '\n';
  return exit_failure;
}

int diagnose(const Program& program, const CommandLine& line) {
  const auto sources = read_sources(program, line);
  return sources ? run_doctor(program, config::read_settings(*sources, program.random)) : exit_failure;
}

int run_command(const Program& program, const CommandLine& line) {
  const auto with = [&](auto use) { return with_settings(program, line, use); };
  const auto with_database = [&](int (*use)(const Program&, const config::Settings&)) {
    return with([&](const config::Loaded& loaded) { return use(program, loaded.settings); });
  };
  return std::visit(
      Overloaded{
          [&](const ServeCommand&) { return with([&](const auto& loaded) { return run_serve(program, loaded); }); },
          [&](const RoutesCommand&) { return list_routes(program); },
          [&](const MigrateLatestCommand&) { return with_database(migrate_latest); },
          [&](const MigrateRollbackCommand& command) {
            return with([&](const auto& loaded) { return migrate_rollback(program, loaded.settings, command); });
          },
          [&](const MigrateStatusCommand&) { return with_database(migrate_status); },
          [&](const MigrateMakeCommand& command) { return migrate_make(program, command); },
          [&](const SeedRunCommand& command) {
            return with([&](const auto& loaded) { return seed_run(program, loaded.settings, command); });
          },
          [&](const SeedMakeCommand& command) { return seed_make(program, command); },
          [&](const DatabaseResetCommand&) { return with_database(reset_database); },
          [&](const SessionsCleanupCommand&) { return with_database(cleanup_sessions); },
          [&](const ForgetExpressPasswordsCommand&) { return with_database(forget_express_passwords); },
          [&](const SecretsGenerateCommand&) { return generate_secrets(program); },
          [&](const DoctorCommand&) { return diagnose(program, line); },
      },
      line.command);
}

}  // namespace

int run(int argc, const char* const* argv, const Program& program) {
  const auto parsed = parse_command_line(argc, argv, std::string{program.version});
  if (const auto* end = std::get_if<CommandLineEnd>(&parsed)) {
    (end->exit_code == exit_success ? program.out : program.err) << end->text;
    return end->exit_code;
  }
  try {
    return run_command(program, std::get<CommandLine>(parsed));
  } catch (const database::Unavailable& failure) {
    program.err << "The database does not answer: " << failure.what() << '\n';
  } catch (const database::StatementFailed& failure) {
    program.err << "The database refused a statement: " << failure.what()
                << "\nIs the schema up to date? `gatehouse migrate status` tells\n";
  } catch (const std::exception& failure) {
    program.err << failure.what() << '\n';
  }
  return exit_failure;
}

}  // namespace gatehouse::cli
