#pragma once

#include <crypt.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/shared_library.hpp"

namespace gatehouse::passwords {

/// The hash function of libcrypt. The library is loaded at run time, when the first hash of crypt(3) is checked; only
/// imported hashes are of that kind.
class Libcrypt {
  SharedLibrary library_{"libcrypt.so.1",
                         "checking hashes of crypt(3) needs the library libcrypt (Debian's package libcrypt1)"};

 public:
  decltype(::crypt_rn)* crypt_rn = library_.find("crypt_rn");
};

/// Any thread. Throws std::runtime_error, with what to install, when the library or its function is missing.
[[nodiscard]] const Libcrypt& libcrypt();

/// The longest password that libcrypt accepts, in bytes.
inline constexpr std::size_t crypt_password_bytes_max = 511;

/// The password's hash string, made with the method and salt of `setting`, which may itself be a hash string. Only
/// bytes before a NUL count, and no more than crypt_password_bytes_max. Any thread; slow. Throws std::runtime_error
/// when libcrypt fails.
[[nodiscard]] std::string crypt(std::string_view password, const std::string& setting);

/// Whether crypt() hashes the whole password.
[[nodiscard]] bool is_crypt_password(std::string_view password);

}  // namespace gatehouse::passwords
