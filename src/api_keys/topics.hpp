#pragma once

#include "api_keys/model.hpp"
#include "database/announcement.hpp"

namespace gatehouse::api_keys {

/// A key was made, changed or revoked. Its last use is not announced.
inline constexpr database::Topic<ApiKeyId> key_topic{"key"};

/// A key whose number only the database knows so far.
inline constexpr ApiKeyId new_key{0};

}  // namespace gatehouse::api_keys
