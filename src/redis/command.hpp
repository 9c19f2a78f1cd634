#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gatehouse::redis {

/// A command as it goes over the wire: an array of bulk strings (RESP). Each word may contain any byte.
[[nodiscard]] std::string to_command(std::span<const std::string_view> words);

}  // namespace gatehouse::redis
