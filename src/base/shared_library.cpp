#include "base/shared_library.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <utility>

namespace gatehouse {

SharedLibrary::SharedLibrary(const char* file, std::string need)
    : need_(std::move(need)), library_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
  if (library_ == nullptr) throw_missing();
}

SharedLibrary::Symbol SharedLibrary::find(const char* name) const {
  void* const address = dlsym(library_, name);
  if (address == nullptr) throw_missing();
  return {address};
}

void SharedLibrary::throw_missing() const {
  const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps it per thread
  throw std::runtime_error(need_ + ": " + (reason == nullptr ? "no reason given" : reason));
}

}  // namespace gatehouse
