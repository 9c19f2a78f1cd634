#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "redis/reply.hpp"

namespace gatehouse::redis {

/// The value of a field in an answer to INFO, such as `7.0.15` for `redis_version`; nothing if it is not there.
[[nodiscard]] std::optional<std::string> field_of(const std::optional<Reply>& info, std::string_view name);

}  // namespace gatehouse::redis
