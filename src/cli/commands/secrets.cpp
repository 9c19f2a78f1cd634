#include "cli/commands/secrets.hpp"

#include <ostream>

#include "config/load.hpp"

namespace gatehouse::cli {
namespace {

/// Lines for .env.
int generate_secrets(const Program& program) {
  for (const char* name : {"API_KEY", "JWT_SECRET", "SESSION_SECRET"})
    program.out << name << '=' << config::generate_secret(program.random) << '\n';
  return exit_success;
}

}  // namespace

void add_secrets_commands(Commands& commands) {
  Commands group = commands.add_group("secrets", "Work on secrets");
  group.add("generate", "Print fresh secrets as lines for .env", generate_secrets);
}

}  // namespace gatehouse::cli
