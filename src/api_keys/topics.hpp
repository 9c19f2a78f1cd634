#pragma once

#include "api_keys/model.hpp"
#include "database/announcement.hpp"

namespace gatehouse::api_keys {

/// A key has come, or changed, or is good no more. When it was used last is not told.
inline constexpr database::Topic<ApiKeyId> key_topic{"key"};

/// One whose number only the database knows yet.
inline constexpr ApiKeyId new_key{0};

}  // namespace gatehouse::api_keys
