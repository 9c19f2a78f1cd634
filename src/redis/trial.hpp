#pragma once

#include <expected>
#include <string>

#include "redis/redis_settings.hpp"

namespace gatehouse::redis {

/// Connects as a serving process would, and ends the connection: which Redis it is, for people; or why it cannot be
/// used. Takes a few seconds at most, on an event loop of its own.
[[nodiscard]] std::expected<std::string, std::string> try_out(const RedisSettings& settings, std::string probe);

}  // namespace gatehouse::redis
