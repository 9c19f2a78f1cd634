#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret_string.hpp"
#include "base/text.hpp"
#include "config/values.hpp"

namespace gatehouse::config {

/// The readers in the features' tables of settings. Each reads a text and assigns the value, or leaves `out` alone and
/// says what the text should have been.

inline constexpr std::size_t list_entries_max = 64;
inline constexpr std::size_t secrets_max = 16;

/// A whole number within the range.
template <class Number>
Parsed<void> assign_number(std::string_view text, NumberRange range, Number& out) {
  const auto number = parse_number(text, range);
  if (!number) return std::unexpected(number.error());
  out = static_cast<Number>(*number);
  return {};
}

/// A time within the range, and a whole number of the unit that `out` counts.
template <class Duration>
Parsed<void> assign_duration(std::string_view text, DurationRange range, Duration& out) {
  const auto duration = parse_duration(text, range);
  if (!duration) return std::unexpected(duration.error());
  const auto rounded = std::chrono::floor<Duration>(*duration);
  if (rounded != *duration) return std::unexpected(Unreadable{"a whole number of seconds"});
  out = rounded;
  return {};
}

/// A setting that takes one of a few words, in any case.
template <class T>
using Choice = std::pair<std::string_view, T>;

/// One of the words, in any case.
template <class T, std::size_t count>
Parsed<void> assign_choice(std::string_view text, const std::array<Choice<T>, count>& choices, T& out) {
  const std::string lower = to_lower(text);
  std::string expectation = "one of:";
  for (const auto& [name, value] : choices) {
    if (lower == name) {
      out = value;
      return {};
    }
    expectation += ' ';
    expectation += name;
  }
  return std::unexpected(Unreadable{std::move(expectation)});
}

/// `true`, `false` and every other word that parse_boolean() accepts.
[[nodiscard]] Parsed<void> assign_boolean(std::string_view text, bool& out);
/// Any text.
[[nodiscard]] Parsed<void> assign_text(std::string_view text, std::string& out);
/// Any text, kept as a secret.
[[nodiscard]] Parsed<void> assign_secret(std::string_view text, SecretString& out);
/// A private key as PEM text (RFC 7468). For tools that can pass only one line, its line ends may be written as `\n`.
[[nodiscard]] Parsed<void> assign_private_key(std::string_view text, SecretString& out);
/// Comma-separated entries, at most list_entries_max, each read by `parse`.
[[nodiscard]] Parsed<void> assign_list(std::string_view text, Parsed<std::string> (*parse)(std::string_view),
                                       std::vector<std::string>& out);
/// Comma-separated secrets, at most secrets_max.
[[nodiscard]] Parsed<void> assign_secrets(std::string_view text, std::vector<SecretString>& out);

}  // namespace gatehouse::config
