#pragma once

#include <string_view>

namespace gatehouse::config {

/// Which rules hold: development and test only warn of what production refuses.
enum class Environment { development, test, production };

[[nodiscard]] constexpr std::string_view to_text(Environment environment) {
  switch (environment) {
    case Environment::development:
      return "development";
    case Environment::test:
      return "test";
    case Environment::production:
      return "production";
  }
  return "development";
}

}  // namespace gatehouse::config
