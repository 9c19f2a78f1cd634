#include "cli/command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <sstream>
#include <utility>

#include "cli/program.hpp"

namespace gatehouse::cli {
namespace {

/// CLI11's way: what is wrong with the argument, or nothing. A script whose variable is empty is to hear of it.
std::string refuse_empty(const std::string& name) { return name.empty() ? "needs a migration's name" : ""; }

/// The command line's grammar. CLI11 fills the arguments while parsing and calls the chosen command's callback after.
class Grammar {
 public:
  explicit Grammar(const std::string& version) {
    app_.set_version_flag("--version", "gatehouse " + version, "Print the version and exit");
    app_.add_option("--env-file", env_file_, "File of settings, instead of .env in the working directory")
        ->type_name("FILE");
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.footer("Settings come from the environment and .env; see docs/configuration.md, or run `gatehouse doctor`.");
    add(app_, "serve", "Serve until SIGTERM (the default)", [] { return ServeCommand{}; });
    add_migrate();
    add_seed();
    add_upkeep();
    add(app_, "routes", "List what is served: a method and a path a line", [] { return RoutesCommand{}; });
    add(app_, "doctor", "Show every setting and check that everything is in order", [] { return DoctorCommand{}; });
  }

  std::variant<CommandLine, CommandLineEnd> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& end) {
      std::ostringstream text;
      const bool is_answer = app_.exit(end, text, text) == 0;
      return CommandLineEnd{is_answer ? exit_success : exit_usage, text.str()};
    }
    return CommandLine{std::move(command_), env_file_.empty() ? std::nullopt : std::optional{env_file_}};
  }

 private:
  template <class Make>
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& what, Make make) {
    CLI::App* command = parent.add_subcommand(name, what);
    command->callback([this, make] { command_ = make(); });
    return *command;
  }

  CLI::App& add_group(const std::string& name, const std::string& what) {
    CLI::App* group = app_.add_subcommand(name, what);
    group->require_subcommand(1);
    return *group;
  }

  void add_migrate() {
    CLI::App& migrate = add_group("migrate", "Bring the database's schema to a version");
    add(migrate, "latest", "Apply what is missing", [] { return MigrateLatestCommand{}; });
    auto& rollback = add(migrate, "rollback", "Take back the last batch of migrations",
                         [this] { return MigrateRollbackCommand{to_.empty() ? std::nullopt : std::optional{to_}}; });
    rollback
        .add_option("--to", to_,
                    "Take back everything after this migration, named in full or by its beginning; `express`: all that "
                    "is ours")
        ->type_name("NAME")
        ->check(refuse_empty);
    add(migrate, "status", "List migrations, applied and pending", [] { return MigrateStatusCommand{}; });
    auto& make = add(migrate, "make", "Write the files of a new migration",
                     [this] { return MigrateMakeCommand{name_, directory_.empty() ? "migrations" : directory_}; });
    add_name(make, "migrations");
  }

  void add_seed() {
    CLI::App& seed = add_group("seed", "Put development data into the database");
    auto& run =
        add(seed, "run", "Add the development users that are not there yet", [this] { return SeedRunCommand{files_}; });
    run.add_option("files", files_, "Seed files to use instead of the built-in ones")->type_name("FILE");
    auto& make = add(seed, "make", "Write a new seed file",
                     [this] { return SeedMakeCommand{name_, directory_.empty() ? "seeds" : directory_}; });
    add_name(make, "seeds");
  }

  void add_name(CLI::App& command, const std::string& directory) {
    command.add_option("name", name_, "Lower-case letters, digits and _")->required()->type_name("NAME");
    command.add_option("--directory", directory_, "Where to write [" + directory + "]")->type_name("PATH");
  }

  void add_upkeep() {
    CLI::App& database = add_group("db", "Work on the whole database");
    add(database, "reset", "Roll everything back, migrate and seed; refused in production",
        [] { return DatabaseResetCommand{}; });
    CLI::App& sessions = add_group("sessions", "Work on sessions");
    add(sessions, "cleanup", "Delete expired sessions now", [] { return SessionsCleanupCommand{}; });
    CLI::App& users = add_group("users", "Work on users");
    add(users, "forget-express-passwords",
        "Delete the kept hashes of the Express service; after that there is no way back to it without new passwords",
        [] { return ForgetExpressPasswordsCommand{}; });
    CLI::App& secrets = add_group("secrets", "Work on secrets");
    add(secrets, "generate", "Print fresh secrets as lines for .env", [] { return SecretsGenerateCommand{}; });
  }

  CLI::App app_{"Gatehouse: authentication and user management, as one program", "gatehouse"};
  Command command_ = ServeCommand{};
  std::string env_file_;
  std::string to_;
  std::string name_;
  std::string directory_;
  std::vector<std::string> files_;
};

}  // namespace

std::variant<CommandLine, CommandLineEnd> parse_command_line(int argc, const char* const* argv,
                                                             const std::string& version) {
  return Grammar{version}.parse(argc, argv);
}

}  // namespace gatehouse::cli
