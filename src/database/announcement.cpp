#include "database/announcement.hpp"

#include <algorithm>
#include <charconv>

namespace gatehouse::database {
namespace {

bool is_topic(std::string_view name) noexcept {
  const auto belongs = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && name.size() <= topic_bytes_max && std::ranges::all_of(name, belongs);
}

}  // namespace

std::string to_text(const Announcement& announcement) {
  return std::string{announcement.topic} + ":" + std::to_string(announcement.id);
}

std::optional<Announcement> read_announcement(std::string_view text) noexcept {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_topic(text.substr(0, colon))) return std::nullopt;
  Announcement announcement{.topic = text.substr(0, colon), .id = 0};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, announcement.id);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return announcement;
}

}  // namespace gatehouse::database
