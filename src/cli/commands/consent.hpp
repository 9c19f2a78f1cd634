#pragma once

#include <string_view>

#include "cli/program.hpp"

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// Of a command that destroys what nothing brings back: `--yes` answers its question beforehand.
struct Consent {
  bool is_given = false;
};

void define_consent(CLI::App& command, Consent& consent);

/// Asks whoever types whether to go on, unless the consent is given. False, with the reason printed, where they say
/// anything but yes, and where nobody types: a script must say it beforehand. `what` is a sentence about what is lost.
[[nodiscard]] bool has_consent(const Program& program, const Consent& consent, std::string_view what);

}  // namespace gatehouse::cli
