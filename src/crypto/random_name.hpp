#pragma once

#include <string>

#include "crypto/random.hpp"

namespace gatehouse::crypto {

/// A name that nobody else draws: 16 random bytes in base64url, 22 characters.
[[nodiscard]] std::string random_name(Random& random);

}  // namespace gatehouse::crypto
