#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "redis/reply.hpp"

namespace gatehouse::redis {

/// The value of a field of what INFO answered: `7.0.15` of `redis_version`; nothing where it is not there.
[[nodiscard]] std::optional<std::string> field_of(const std::optional<Reply>& info, std::string_view name);

}  // namespace gatehouse::redis
