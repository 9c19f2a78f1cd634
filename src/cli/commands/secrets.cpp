#include "cli/commands/secrets.hpp"

#include <ostream>
#include <set>
#include <string_view>

#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Prints lines for .env.
int generate_secrets(const Program& program) {
  std::set<std::string_view> names;
  for (const config::Setting* setting : service::catalog()) {
    if (setting->secrecy == config::Secrecy::key) names.insert(setting->name);
  }
  for (const std::string_view name : names) {
    program.out << name << '=' << config::generate_secret(program.random) << '\n';
  }
  return exit_success;
}

}  // namespace

void add_secrets_commands(Commands& commands) {
  Commands group = commands.add_group("secrets", "Generate secrets");
  group.add("generate", "Print fresh secrets as lines for .env", generate_secrets);
}

}  // namespace gatehouse::cli
