#pragma once

#include <crypt.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/shared_library.hpp"

namespace gatehouse::passwords {

/// The function of libcrypt that hashes, from the library loaded at run time: when the first hash of crypt(3) is
/// checked, which only imported ones are.
class Libcrypt {
  SharedLibrary library_{"libcrypt.so.1",
                         "checking hashes of crypt(3) needs the library libcrypt (Debian's package libcrypt1)"};

 public:
  decltype(::crypt_rn)* crypt_rn = library_.find("crypt_rn");
};

/// Any thread. Throws std::runtime_error, with what to install, when the library or its function is missing.
[[nodiscard]] const Libcrypt& libcrypt();

/// The most bytes of a password that libcrypt takes.
inline constexpr std::size_t crypt_password_bytes_max = 511;

/// The string of the password's hash, with the method and salt of `setting`, which may be the string of a hash. Only
/// what is before a NUL counts, and no more than crypt_password_bytes_max bytes. Any thread; slow. Throws
/// std::runtime_error when libcrypt cannot do it.
[[nodiscard]] std::string crypt(std::string_view password, const std::string& setting);

/// Whether crypt() hashes the whole password.
[[nodiscard]] bool is_crypt_password(std::string_view password);

}  // namespace gatehouse::passwords
