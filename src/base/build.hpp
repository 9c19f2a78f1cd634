#pragma once

#include <string_view>

namespace gatehouse {

/// Which build of the program this is.
struct Build {
  std::string_view version;  ///< `0.1.0`
  std::string_view commit;   ///< as git abbreviates it; `unknown` if it was built without git
};

/// Set by the build (src/CMakeLists.txt).
[[nodiscard]] Build this_build();

}  // namespace gatehouse
