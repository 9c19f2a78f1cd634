#include "telemetry/log.hpp"

#include <string>
#include <utility>

namespace gatehouse::telemetry {
namespace {

constexpr std::string_view cut_mark = "\xE2\x80\xA6";  // …

/// The text's first bytes, ending between two characters.
std::string_view first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  // Three steps lead out of any UTF-8 character; more such bytes are no character, and need not be kept together.
  while (end > 0 && bytes_max - end < 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

/// Cuts a text before it is escaped, so that an escape is never cut in two; a mark shows the cut.
void write_text(json::Writer& writer, std::string_view text) {
  const std::string_view kept = first_bytes(text, field_bytes_max);
  if (kept.size() == text.size()) {
    writer.value(text);
  } else {
    writer.value(std::string{kept}.append(cut_mark));
  }
}

}  // namespace

void Field::write(json::Writer& writer) const {
  writer.key(name_);
  if (const auto* text = std::get_if<std::string_view>(&value_)) {
    write_text(writer, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&value_)) {
    writer.value(*number);
  } else {
    writer.value(std::get<bool>(value_));
  }
}

void Log::write(Level level, std::string_view event, Fields fields) {
  if (!is_enabled(level)) return;
  std::string line;
  json::Writer writer{line};
  writer.begin_object().member("time", clock_.now()).member("level", to_text(level)).key("event");
  write_text(writer, event);
  for (const Field& field : fields) {
    // Checked between fields: the last field, whose size is bounded, is kept whole, and the line stays JSON.
    if (line.size() > line_bytes_max) {
      writer.member("truncated", true);
      break;
    }
    field.write(writer);
  }
  writer.end_object();
  line += '\n';
  queue_.push(std::move(line));
}

}  // namespace gatehouse::telemetry
