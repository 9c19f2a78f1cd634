#include "idempotency/request_key.hpp"

#include <algorithm>
#include <span>

#include "crypto/running_sha256.hpp"

namespace gatehouse::idempotency {
namespace {

constexpr bool is_printable(char c) { return c >= 0x20 && c <= 0x7e; }

/// The text between the quotes of a String.
std::optional<std::string> unquoted(std::string_view value) {
  if (value.size() < 2 || !value.ends_with('"')) return std::nullopt;
  std::string text;
  const std::string_view inner = value.substr(1, value.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '"') return std::nullopt;
    if (inner[i] == '\\' && (++i == inner.size() || (inner[i] != '"' && inner[i] != '\\'))) return std::nullopt;
    text += inner[i];
  }
  return text;
}

}  // namespace

std::optional<std::string> read_request_key(std::string_view value) {
  auto key = value.starts_with('"') ? unquoted(value) : std::optional{std::string{value}};
  if (!key || key->empty() || key->size() > request_key_characters_max) return std::nullopt;
  return std::ranges::all_of(*key, is_printable) ? key : std::nullopt;
}

std::string fingerprint_of(const RequestLine& line, std::string_view body) {
  crypto::RunningSha256 sum;
  // Neither a method nor a path contains a line feed.
  for (const std::string_view part : {line.method, std::string_view{"\n"}, line.path, std::string_view{"\n"}, body}) {
    sum.add(std::as_bytes(std::span{part}));
  }
  return sum.finish();
}

}  // namespace gatehouse::idempotency
