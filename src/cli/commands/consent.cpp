#include "cli/commands/consent.hpp"

#include <CLI/App.hpp>
#include <istream>
#include <ostream>
#include <string>

#include "base/text.hpp"

namespace gatehouse::cli {

void define_consent(CLI::App& command, Consent& consent) {
  command.add_flag("--yes", consent.is_given, "Do not ask for confirmation");
}

bool has_consent(const Program& program, const Consent& consent, std::string_view what) {
  if (consent.is_given) return true;
  if (!program.is_interactive) {
    program.err << what << ". Nothing was done; add --yes to do it\n";
    return false;
  }
  program.err << what << ". Continue? [y/N] " << std::flush;
  std::string answer;
  std::getline(program.in, answer);
  const std::string word = to_lower(trim(answer));
  if (word == "y" || word == "yes") return true;
  program.err << "Nothing was done\n";
  return false;
}

}  // namespace gatehouse::cli
