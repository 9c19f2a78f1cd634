#pragma once

#include <string_view>

namespace gatehouse {

/// Which program this is.
struct Build {
  std::string_view version;  ///< `0.1.0`
  std::string_view commit;   ///< as git abbreviates it; `unknown` where it was built without git
};

/// As the build says (src/CMakeLists.txt).
[[nodiscard]] Build this_build();

}  // namespace gatehouse
