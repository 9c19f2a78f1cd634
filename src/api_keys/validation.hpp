#pragma once

#include <cstddef>

#include "api_keys/model.hpp"
#include "base/field_error.hpp"

namespace gatehouse::api_keys {

inline constexpr std::size_t name_characters_max = 100;  ///< code points

/// All mistakes in a request, in the order of the fields and with the API's names for them. The name: 1 to 100
/// characters, not only blanks, no control characters, and none of the names that logs use for other callers. The
/// scopes: at least one, each known. The lifetime: from one second to lifetime_max.
[[nodiscard]] FieldErrors validate(const KeyRequest& request);

}  // namespace gatehouse::api_keys
