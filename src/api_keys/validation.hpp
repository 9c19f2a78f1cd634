#pragma once

#include <cstddef>

#include "api_keys/model.hpp"
#include "base/field_error.hpp"

namespace gatehouse::api_keys {

inline constexpr std::size_t name_characters_max = 100;  ///< code points

/// All mistakes in what somebody asks for, in the order of the fields, as the API calls these. The name: 1 to 100
/// characters, not only blanks, no control characters, and none of those by which logs call other callers. The scopes:
/// at least one, each known. The time: from one second to lifetime_max.
[[nodiscard]] FieldErrors validate(const KeyRequest& request);

}  // namespace gatehouse::api_keys
