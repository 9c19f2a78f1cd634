#include "database/postgres/libpq.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::database::postgres {

namespace {

[[noreturn]] void throw_missing() {
  const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps it per thread
  throw std::runtime_error("PostgreSQL needs the library libpq, version 14 or later (Debian's package libpq5): " +
                           std::string{reason == nullptr ? "no reason given" : reason});
}

}  // namespace

void* Libpq::load() {
  void* const library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw_missing();
  return library;
}

Libpq::Symbol Libpq::find(const char* name) const {
  void* const address = dlsym(library_, name);
  if (address == nullptr) throw_missing();
  return {address};
}

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
