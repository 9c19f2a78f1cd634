#pragma once

#include <string_view>

#include "cli/program.hpp"

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// Consent to a command that destroys data for good: `--yes` answers its question beforehand.
struct Consent {
  bool is_given = false;
};

void define_consent(CLI::App& command, Consent& consent);

/// Asks the person at the terminal whether to go on, unless the consent is given. Returns false, with the reason
/// printed, if they say anything but yes, or if nobody is at the terminal: a script must consent beforehand. `what` is
/// a sentence about what is lost.
[[nodiscard]] bool has_consent(const Program& program, const Consent& consent, std::string_view what);

}  // namespace gatehouse::cli
