#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::config {

/// The error if a setting does not accept its text. `expectation` completes "must be …": `a number from 0 to 65535`. It
/// never repeats the text, which may be a secret given under the wrong name.
struct Unreadable {
  std::string expectation;
};

template <class T>
using Parsed = std::expected<T, Unreadable>;

/// Inclusive.
struct NumberRange {
  std::uint64_t min;
  std::uint64_t max;
};

/// Inclusive.
struct DurationRange {
  std::chrono::milliseconds min;
  std::chrono::milliseconds max;
};

/// Decimal digits only.
[[nodiscard]] Parsed<std::uint64_t> parse_number(std::string_view text, NumberRange range);

/// `500ms`, `30s`, `15m`, `1h`, `7d`, `2w`; digits alone are seconds.
[[nodiscard]] Parsed<std::chrono::milliseconds> parse_duration(std::string_view text, DurationRange range);

/// `7d`, `90s`, `1500ms`: in the largest unit that is exact. parse_duration() reads it back.
[[nodiscard]] std::string to_text(std::chrono::milliseconds duration);

/// `true`, `1`, `yes`, `on` and `false`, `0`, `no`, `off`, in any case.
[[nodiscard]] Parsed<bool> parse_boolean(std::string_view text);

/// The entries between commas, without the blanks around them; empty entries are left out.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text);

/// A host as it is written in URLs: a name, an IPv4 address, or an IPv6 address in brackets. Lower case only.
[[nodiscard]] bool is_host(std::string_view host);

}  // namespace gatehouse::config
