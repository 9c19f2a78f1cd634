#pragma once

#include <expected>
#include <string>

#include "redis/redis_settings.hpp"

namespace gatehouse::redis {

/// Connects as a serving process would, and closes the connection again. Returns which Redis it is, for people to read,
/// or why it cannot be used. Takes a few seconds at most for each server, on its own event loop.
[[nodiscard]] std::expected<std::string, std::string> try_out(const RedisSettings& settings, std::string probe);

}  // namespace gatehouse::redis
