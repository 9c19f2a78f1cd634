#include "config/values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace gatehouse::config {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view letters;
  std::int64_t ms;
};
/// Largest first, so that to_text() picks the largest unit that is exact.
constexpr std::array units{Unit{"w", 604'800'000}, Unit{"d", 86'400'000}, Unit{"h", 3'600'000},
                           Unit{"m", 60'000},      Unit{"s", 1'000},      Unit{"ms", 1}};

/// A number of this many digits in any unit fits into 64 bits of milliseconds.
constexpr std::size_t duration_digits_max = 10;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint64_t> digits_to_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> unit_ms(std::string_view letters) {
  if (letters.empty()) return 1'000;
  const auto unit = std::ranges::find(units, letters, &Unit::letters);
  if (unit == units.end()) return std::nullopt;
  return unit->ms;
}

}  // namespace

Parsed<std::uint64_t> parse_number(std::string_view text, NumberRange range) {
  const auto number = digits_to_number(text);
  if (number && *number >= range.min && *number <= range.max) return *number;
  return std::unexpected(Unreadable{"a number from " + std::to_string(range.min) + " to " + std::to_string(range.max)});
}

Parsed<milliseconds> parse_duration(std::string_view text, DurationRange range) {
  const auto letters = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits{text.begin(), letters};
  const auto number = digits.size() <= duration_digits_max ? digits_to_number(digits) : std::nullopt;
  const auto unit = unit_ms(std::string_view{letters, text.end()});
  if (number && unit) {
    const milliseconds duration{static_cast<std::int64_t>(*number) * *unit};
    if (duration >= range.min && duration <= range.max) return duration;
  }
  return std::unexpected(Unreadable{"a duration from " + to_text(range.min) + " to " + to_text(range.max) +
                                    " (write 500ms, 30s, 15m, 1h or 7d)"});
}

std::string to_text(milliseconds duration) {
  for (const Unit& unit : units) {
    // Weeks are read but not written: people say 14d.
    if (unit.letters == "w" || duration.count() % unit.ms != 0 || duration.count() == 0) continue;
    return std::to_string(duration.count() / unit.ms) + std::string{unit.letters};
  }
  return "0s";
}

Parsed<bool> parse_boolean(std::string_view text) {
  const std::string lower = to_lower(text);
  for (const std::string_view yes : {"true", "1", "yes", "on"}) {
    if (lower == yes) return true;
  }
  for (const std::string_view no : {"false", "0", "no", "off"}) {
    if (lower == no) return false;
  }
  return std::unexpected(Unreadable{"true or false"});
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> entries;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view entry = trim(text.substr(0, comma), " \t\r\n");
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (!entry.empty()) entries.push_back(entry);
  }
  return entries;
}

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string{host.substr(1, host.size() - 2)}.c_str(), &address) == 1;
  }
  const auto is_host_character = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_';
  };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, is_host_character);
}

}  // namespace gatehouse::config
