#include "cli/commands/seed.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <system_error>
#include <vector>

#include "cli/commands/make_options.hpp"
#include "cli/commands/origin.hpp"
#include "config/sources.hpp"
#include "flows/seeding/seeder.hpp"
#include "service/settings.hpp"
#include "service/wiring/capabilities.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `seed run [FILE...]`.
struct SeedRunOptions {
  std::vector<std::string> files;  ///< none: the built-in ones
};

void define_seed_run(CLI::App& command, SeedRunOptions& options) {
  command.add_option("files", options.files, "Seed files to use instead of the built-in ones")->type_name("FILE");
}

void define_make_seed(CLI::App& command, MakeOptions& options) { define_make(command, options, "seeds"); }

constexpr std::size_t seed_file_bytes_max = 1 << 20;
constexpr std::size_t seed_name_length_max = 60;
constexpr std::string_view seed_template =
    "[\n"
    "  {\"first_name\": \"Ada\", \"last_name\": \"Example\", \"email\": \"ada@example.com\", \"password\": "
    "\"password123\"}\n"
    "]\n";

bool is_seed_name(std::string_view name) {
  const auto is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= seed_name_length_max && std::ranges::all_of(name, is_allowed);
}

int seed_with_files(const Program& program, const service::Settings& settings, const std::vector<std::string>& paths) {
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    auto text = config::read_text_file(path, seed_file_bytes_max);
    if (!text || text->size() > seed_file_bytes_max) {
      program.err << path << (text ? " is larger than 1 MiB\n" : " cannot be read\n");
      return exit_failure;
    }
    texts.push_back(std::move(*text));
  }
  std::vector<EmbeddedFile> files;
  files.reserve(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) files.push_back({paths[i], texts[i]});
  DatabaseSession session{program, settings};
  return plant_seeds(program, settings, session, files);
}

/// Refused in production: everybody knows the seeds' passwords.
int seed_run(const Program& program, const SeedRunOptions& options, const service::Loaded& loaded) {
  const service::Settings& settings = loaded.settings;
  if (settings.application.environment == config::Environment::production) {
    program.err << "Seeds are for development: everybody knows their passwords. Refused in production\n";
    return exit_failure;
  }
  if (!options.files.empty()) return seed_with_files(program, settings, options.files);
  DatabaseSession session{program, settings};
  return plant_seeds(program, settings, session, program.seeds);
}

int seed_make(const Program& program, const MakeOptions& options) {
  if (!is_seed_name(options.name)) {
    program.err << "a seed's name must be at most 60 lower-case letters, digits and _\n";
    return exit_failure;
  }
  const std::filesystem::path path = std::filesystem::path{options.directory} / (options.name + ".json");
  if (std::filesystem::exists(path)) {
    program.err << path.string() << " already exists\n";
    return exit_failure;
  }
  std::error_code failure;
  std::filesystem::create_directories(path.parent_path(), failure);
  std::ofstream file{path, std::ios::binary};
  file << seed_template;
  file.close();
  if (!file) {
    program.err << path.string() << " cannot be written; is the directory right?\n";
    return exit_failure;
  }
  program.out << "Created " << path.string() << "\nRebuild the program to include it, or `gatehouse seed run "
              << path.string() << "`\n";
  return exit_success;
}

}  // namespace

int plant_seeds(const Program& program, const service::Settings& settings, DatabaseSession& session,
                std::span<const EmbeddedFile> files) {
  service::SharedCapabilities shared{settings, program.clock, program.random};
  service::Capabilities capabilities{session.database(), settings, shared};
  flows::Seeder seeder{session.database(), capabilities.accounts, origin_of(program)};
  const flows::SeedReport report = session.run(seeder.run(files));
  for (const std::string& problem : report.problems) program.err << problem << '\n';
  program.out << "Created " << report.created << (report.created == 1 ? " user, " : " users, ") << report.existing
              << " already existed\n";
  return report.problems.empty() ? exit_success : exit_failure;
}

void add_seed_commands(Commands& commands) {
  Commands seed = commands.add_group("seed", "Put development data into the database");
  seed.add("run", "Add missing development users", define_seed_run, seed_run);
  seed.add("make", "Write a new seed file", define_make_seed, seed_make);
}

}  // namespace gatehouse::cli
