#pragma once

#include "jose/asymmetric_key.hpp"

namespace gatehouse::signing_keys {

/// A fresh pair whose kid does not begin with a hyphen: a command that gets the kid would take it for an option.
[[nodiscard]] jose::AsymmetricKey make_fresh_key(jose::JwsAlgorithm algorithm);

}  // namespace gatehouse::signing_keys
