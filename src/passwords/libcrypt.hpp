#pragma once

#include <crypt.h>

#include "base/shared_library.hpp"

namespace gatehouse::passwords {

/// The function of libcrypt that hashes, from the library loaded at run time: when the first hash of bcrypt is checked,
/// which only imported ones are.
class Libcrypt {
  SharedLibrary library_{"libcrypt.so.1", "checking bcrypt needs the library libcrypt (Debian's package libcrypt1)"};

 public:
  decltype(::crypt_rn)* crypt_rn = library_.find("crypt_rn");
};

/// Any thread. Throws std::runtime_error, with what to install, when the library or its function is missing.
[[nodiscard]] const Libcrypt& libcrypt();

}  // namespace gatehouse::passwords
