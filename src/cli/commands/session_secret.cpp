#include "cli/commands/session_secret.hpp"

#include <algorithm>
#include <ostream>

namespace gatehouse::cli {

bool has_session_secret(const Program& program, const service::Loaded& loaded, std::string_view consequence) {
  const auto& resolved = loaded.reading.resolved;
  const auto one = std::ranges::find(resolved, "SESSION_SECRET", [](const auto& each) { return each.setting->name; });
  if (one == resolved.end() || one->origin != config::Origin::generated) return true;
  program.err << "SESSION_SECRET is not set: " << consequence << '\n';
  return false;
}

}  // namespace gatehouse::cli
