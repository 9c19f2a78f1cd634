#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::api {

/// An id in a path: decimal digits and nothing else, within 64 bits. No leading zeros: every id has one spelling.
template <class Id>
[[nodiscard]] std::optional<Id> parse_id(std::string_view text) {
  if (text.empty() || text[0] < '0' || text[0] > '9' || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  Id id;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

}  // namespace gatehouse::api
