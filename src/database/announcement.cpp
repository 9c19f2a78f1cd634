#include "database/announcement.hpp"

#include <algorithm>
#include <charconv>

namespace gatehouse::database {
namespace {

bool is_topic(std::string_view name) noexcept {
  const auto belongs = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && name.size() <= topic_bytes_max && std::ranges::all_of(name, belongs);
}

std::optional<std::int64_t> read_number(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string to_text(const Announcement& announcement) {
  return std::string{announcement.topic} + ":" + std::to_string(announcement.id);
}

std::optional<HeardAnnouncement> read_announcement(std::string_view text) noexcept {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_topic(text.substr(0, colon))) return std::nullopt;
  const auto at = text.find('@', colon);
  const auto id = read_number(text.substr(colon + 1, at == std::string_view::npos ? at : at - colon - 1));
  if (!id) return std::nullopt;
  HeardAnnouncement heard{.announcement = {.topic = text.substr(0, colon), .id = *id}, .said_at = {}};
  if (at == std::string_view::npos) return heard;
  const auto said_at = read_number(text.substr(at + 1));
  if (!said_at) return std::nullopt;
  heard.said_at = from_unix_us(*said_at);
  return heard;
}

}  // namespace gatehouse::database
