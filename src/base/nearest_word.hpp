#pragma once

#include <span>
#include <string_view>

namespace gatehouse {

/// The known word that a person who wrote `word` most likely meant: at most two letters added, left out, changed or
/// swapped, or one in words of up to eight letters. Empty if no word is that near, or `word` is longer than 64. Pure.
[[nodiscard]] std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known);

}  // namespace gatehouse
