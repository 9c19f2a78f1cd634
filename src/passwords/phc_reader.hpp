#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "passwords/base64.hpp"
#include "passwords/phc.hpp"

namespace gatehouse::passwords {

/// How many bytes something may have.
struct SizeRange {
  std::size_t min;
  std::size_t max;
};

/// Reads a hash string from the left; each step takes what it accepts off the front, and says whether it did.
class PhcReader {
 public:
  explicit PhcReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  [[nodiscard]] bool take_number(std::uint32_t& value, std::uint32_t min, std::uint32_t max) {
    // No parameter may be 0, so this refuses leading zeros and nothing else.
    if (rest_.starts_with('0')) return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{} || value < min || value > max) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  /// Takes everything before the next `end`, and `end` itself; or all that is left, if there is none.
  [[nodiscard]] std::string_view take_until(char end) {
    const std::string_view text = rest_.substr(0, rest_.find(end));
    rest_.remove_prefix(text.size());
    if (!rest_.empty()) rest_.remove_prefix(1);
    return text;
  }

  /// Takes `count` characters, or all that are left.
  [[nodiscard]] std::string_view take_some(std::size_t count) {
    const std::string_view text = rest_.substr(0, count);
    rest_.remove_prefix(text.size());
    return text;
  }

  /// Takes base64 up to the next '$' or the end.
  [[nodiscard]] bool take_bytes(std::string& bytes, SizeRange size) {
    const std::string_view text = rest_.substr(0, rest_.find('$'));
    return take_letters(bytes, text.size(), size, Base64Alphabet::standard);
  }

  /// Takes base64 of `count` letters, or of all that are left.
  [[nodiscard]] bool take_letters(std::string& bytes, std::size_t count, SizeRange size, Base64Alphabet alphabet) {
    const std::string_view text = rest_.substr(0, count);
    rest_.remove_prefix(text.size());
    // It may be decoded before its size is checked, because the whole text is bounded.
    auto decoded = from_base64(text, alphabet);
    if (!decoded || decoded->size() < size.min || decoded->size() > size.max) return false;
    bytes = std::move(*decoded);
    return true;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// Takes `<log2 N>,r=<block>,p=<parallel>` within PhcLimits.
[[nodiscard]] bool take_scrypt_cost(PhcReader& reader, ScryptCost& cost);
/// Whether scrypt of this cost is within PhcLimits.
[[nodiscard]] bool is_affordable(std::uint64_t log2_n, std::uint64_t block, std::uint64_t parallel);

}  // namespace gatehouse::passwords
