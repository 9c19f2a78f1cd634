#include "cli/commands/origin.hpp"

#include <array>
#include <string_view>

namespace gatehouse::cli {

audit::Origin origin_of(const Program& program) {
  constexpr std::array<std::string_view, 3> names{"SUDO_USER", "USER", "LOGNAME"};
  audit::Origin origin{.kind = audit::ActorKind::cli, .actor = {}, .request_id = {}, .address = {}, .user_agent = {}};
  for (const std::string_view name : names) {
    const auto found = program.environment.find(name);
    if (found == program.environment.end() || found->second.empty()) continue;
    origin.actor = found->second;
    break;
  }
  return origin;
}

}  // namespace gatehouse::cli
