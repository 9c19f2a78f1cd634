#include "limits/quota.hpp"

#include <array>
#include <chrono>

namespace gatehouse::limits {

using config::Parsed;
using config::Unreadable;

namespace {

constexpr config::NumberRange units_range{1, 1'000'000};
constexpr config::DurationRange window_range{std::chrono::seconds{1}, std::chrono::days{7}};

/// Cuts the part before the next slash off the text, and returns it.
std::string_view next_part(std::string_view& text) {
  const std::string_view part = text.substr(0, text.find('/'));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

}  // namespace

Parsed<std::optional<Quota>> parse_quota(std::string_view text) {
  if (text == "off") return std::nullopt;
  const auto units = config::parse_number(next_part(text), units_range);
  const auto window = config::parse_duration(next_part(text), window_range);
  const auto burst = config::parse_number(text, units_range);
  if (!units || !window || !burst || *window % std::chrono::seconds{1} != std::chrono::milliseconds{0}) {
    return std::unexpected(Unreadable{"off, or units/window/burst such as 60/5m/20: 60 in five minutes, 20 at once"});
  }
  return Quota{.units = static_cast<std::uint32_t>(*units),
               .window = std::chrono::floor<std::chrono::seconds>(*window),
               .burst = static_cast<std::uint32_t>(*burst)};
}

}  // namespace gatehouse::limits
