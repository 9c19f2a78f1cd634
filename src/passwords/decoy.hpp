#pragma once

#include <string>

#include "passwords/hashing.hpp"
#include "passwords/phc.hpp"

namespace gatehouse::passwords {

/// Salt and digest that no password has: random, made once per process. The digest is as long as the scheme's own.
struct Decoy {
  std::string salt;    ///< new_salt_bytes
  std::string digest;  ///< 64 bytes, of which a format takes usual_digest_bytes()
};

/// A hash of the format that no password has, and that costs what any other one does. Any thread.
[[nodiscard]] Phc decoy_of(const PhcFormat& format, const Decoy& decoy);
[[nodiscard]] ExpressHash express_decoy(const Decoy& decoy);

}  // namespace gatehouse::passwords
