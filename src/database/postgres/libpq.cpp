#include "database/postgres/libpq.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

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

}  // namespace gatehouse::database::postgres
