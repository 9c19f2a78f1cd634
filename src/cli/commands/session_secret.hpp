#pragma once

#include <string_view>

#include "cli/program.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {

/// Whether SESSION_SECRET is given. If it was generated, for this command alone, prints that and `consequence`, the
/// reason why the command needs the service's secret.
[[nodiscard]] bool has_session_secret(const Program& program, const service::Loaded& loaded,
                                      std::string_view consequence);

}  // namespace gatehouse::cli
