#include "config/secret_strength.hpp"

#include <algorithm>
#include <array>
#include <bitset>

#include "base/text.hpp"
#include "config/values.hpp"

namespace gatehouse::config {
namespace {

/// Parts of the example values in the documents of the Express service and of others: `your-secure-api-key-here`,
/// `your-jwt-secret-key-change-in-production`, `prod-jwt-secret-64-chars-long`.
constexpr std::array<std::string_view, 9> example_parts{
    "change-in-production", "change_in_production", "changeme",    "change-me", "change_me",
    "replace-me",           "-chars-long",          "prod-secure", "example"};

/// A random text of 32 characters practically never has fewer different characters than this, even in hexadecimal.
constexpr std::size_t different_characters_min = 8;

/// Short parts count only at the beginning or the end, where examples have them. Anywhere else they would match a
/// random base64url text once in some hundred thousand times.
bool is_example(std::string_view secret) {
  const std::string lower = to_lower(secret);
  if (lower.starts_with("your-") || lower.starts_with("your_") || lower.ends_with("-here")) return true;
  return std::ranges::any_of(example_parts, [&lower](std::string_view part) { return lower.contains(part); });
}

std::size_t different_characters(std::string_view text) {
  std::bitset<256> seen;
  for (const char c : text) seen.set(static_cast<unsigned char>(c));
  return seen.count();
}

/// True if this text is a repetition of one at most half as long.
bool is_repetition(std::string_view text) {
  for (std::size_t period = 1; period <= text.size() / 2; ++period) {
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  return false;
}

/// True if most characters are the successor, or most the predecessor, of the one before: `0123456789abcdef…`.
bool is_sequence(std::string_view text) {
  std::size_t up = 0;
  std::size_t down = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] - text[i - 1] == 1) ++up;
    if (text[i - 1] - text[i] == 1) ++down;
  }
  return std::max(up, down) > text.size() / 2;
}

}  // namespace

SecretWeakness weakness_of(std::string_view secret) {
  if (is_example(secret)) return SecretWeakness::example;
  if (secret.size() < secret_bytes_min) return SecretWeakness::too_short;
  const bool predictable = different_characters(secret) < different_characters_min || is_repetition(secret);
  return predictable || is_sequence(secret) ? SecretWeakness::predictable : SecretWeakness::none;
}

}  // namespace gatehouse::config
