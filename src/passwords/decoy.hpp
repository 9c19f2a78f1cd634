#pragma once

#include <string>

#include "passwords/hashing.hpp"
#include "passwords/phc.hpp"

namespace gatehouse::passwords {

/// Salt and digest that belong to no password: random, made once per process. A decoy's digest is as long as its
/// scheme's own.
struct Decoy {
  std::string salt;    ///< new_salt_bytes
  std::string digest;  ///< 64 bytes, of which a format takes usual_digest_bytes()
};

/// A hash of this format that no password matches and that costs as much to check as any other. Any thread.
[[nodiscard]] Phc decoy_of(const PhcFormat& format, const Decoy& decoy);
[[nodiscard]] ExpressHash express_decoy(const Decoy& decoy);

}  // namespace gatehouse::passwords
