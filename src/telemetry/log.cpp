#include "telemetry/log.hpp"

#include <utility>

#include "json/string.hpp"

namespace gatehouse::telemetry {
namespace {

constexpr std::string_view cut_mark = "\xE2\x80\xA6";  // …

/// The text's first bytes, ending between two characters.
std::string_view first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  // Three steps lead out of any character of UTF-8; more bytes of that kind are none, and need not be kept together.
  while (end > 0 && bytes_max - end < 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

void append_text(std::string& line, std::string_view text) {
  // Cut before it is escaped, so that an escape is never cut in two.
  const std::string_view kept = first_bytes(text, field_bytes_max);
  json::append_string(line, kept);
  if (kept.size() == text.size()) return;
  // Behind the closing quote again: the mark belongs to the text, where every reader of JSON shows it.
  line.pop_back();
  line += cut_mark;
  line += '"';
}

}  // namespace

void Field::append_to(std::string& line) const {
  json::append_string(line, name_);
  line += ':';
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    append_text(line, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&value_)) {
    line += std::to_string(*number);
  } else {
    line += std::get<bool>(value_) ? "true" : "false";
  }
}

void Log::write(Level level, std::string_view event, Fields fields) {
  if (!is_enabled(level)) return;
  std::string line = "{\"time\":\"";
  append_iso8601(line, clock_.now());
  line += "\",\"level\":\"";
  line += to_text(level);
  line += "\",\"event\":";
  append_text(line, event);
  for (const Field& field : fields) {
    // Looked at between fields: one more field of bounded size is kept whole, and the line stays JSON.
    if (line.size() > line_bytes_max) {
      line += ",\"truncated\":true";
      break;
    }
    line += ',';
    field.append_to(line);
  }
  line += "}\n";
  queue_.push(std::move(line));
}

}  // namespace gatehouse::telemetry
