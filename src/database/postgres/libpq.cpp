#include "database/postgres/libpq.hpp"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::database::postgres {

const Libpq& libpq() {
  static const Libpq functions;
  return functions;
}

void forget_libpq_environment() {
  std::vector<std::string> names;
  for (const char* const* variable = environ; *variable != nullptr; ++variable) {
    const std::string_view name = std::string_view{*variable}.substr(0, std::string_view{*variable}.find('='));
    if (name.starts_with("PG")) names.emplace_back(name);
  }
  for (const std::string& name : names) unsetenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): no other thread runs
}

}  // namespace gatehouse::database::postgres
