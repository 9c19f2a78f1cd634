#include <exception>
#include <ostream>

#include "cli/command_line.hpp"
#include "cli/program.hpp"
#include "cli/sources.hpp"
#include "database/errors.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// std::nullopt if the .env file exists, or was asked for, and cannot be read.
std::optional<config::Sources> sources_of(const Program& program, const CommandLine& line) {
  const std::string path = line.env_file.value_or(".env");
  auto sources = read_sources(program, path, line.env_file.has_value());
  if (!sources) program.err << path << " cannot be read\n";
  return sources;
}

using WithoutSettings = std::function<int(const Program&)>;
using WithSources = std::function<int(const Program&, const config::Sources&)>;
using WithSettings = std::function<int(const Program&, const service::Loaded&)>;

int run_with_settings(const Program& program, const config::Sources& sources, const WithSettings& action) {
  const auto loaded = service::load_settings(sources, program.random);
  if (loaded) return action(program, *loaded);
  program.err << "The settings have mistakes:\n";
  for (const config::Mistake& mistake : loaded.error()) program.err << "  " << to_text(mistake) << '\n';
  return exit_settings;
}

/// Reads only what the action needs: someone who just lists the routes needs no readable .env file.
int run_command(const Program& program, const CommandLine& line) {
  const Action& action = line.command.action;
  if (const auto* without = std::get_if<WithoutSettings>(&action)) return (*without)(program);
  const auto sources = sources_of(program, line);
  if (!sources) return exit_settings;
  if (const auto* with_sources = std::get_if<WithSources>(&action)) return (*with_sources)(program, *sources);
  return run_with_settings(program, *sources, std::get<WithSettings>(action));
}

}  // namespace

int run(int argc, const char* const* argv, const Program& program) {
  const auto parsed = parse_command_line(argc, argv, std::string{program.build.version});
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
                << "\nCheck with `gatehouse migrate status` that the schema is up to date\n";
  } catch (const std::exception& failure) {
    program.err << failure.what() << '\n';
  }
  return exit_failure;
}

}  // namespace gatehouse::cli
