#include "mail/libcurl.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace gatehouse::mail {
namespace {

[[noreturn]] void throw_missing() {
  const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps it per thread
  throw std::runtime_error(
      "sending mails needs the library libcurl, version 7.85 or later (Debian's package libcurl4): " +
      std::string{reason == nullptr ? "no reason given" : reason});
}

}  // namespace

void* Libcurl::load() {
  void* const library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw_missing();
  return library;
}

Libcurl::Symbol Libcurl::find(const char* name) const {
  void* const address = dlsym(library_, name);
  if (address == nullptr) throw_missing();
  return {address};
}

const Libcurl& libcurl() {
  static const Libcurl functions;
  static const CURLcode ready = functions.global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl does not start");
  return functions;
}

}  // namespace gatehouse::mail
