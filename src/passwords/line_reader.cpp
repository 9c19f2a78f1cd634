#include "passwords/line_reader.hpp"

#include <algorithm>
#include <span>

namespace gatehouse::passwords {

std::optional<std::string_view> LineReader::next() {
  if (is_cut_) skip_line();
  while (true) {
    const std::string_view bytes = unread();
    const std::size_t end = bytes.find('\n');
    if (end != std::string_view::npos && end <= line_bytes_max) return take(end, end + 1);
    if (bytes.size() > line_bytes_max) {
      is_cut_ = true;
      return take(line_bytes_max, line_bytes_max);
    }
    if (fill()) continue;
    // The last line may lack a newline.
    if (bytes.empty()) return std::nullopt;
    return take(bytes.size(), bytes.size());
  }
}

std::string_view LineReader::unread() const {
  return {reinterpret_cast<const char*>(buffer_.data()) + begin_, end_ - begin_};
}

/// False at the end of the file.
bool LineReader::fill() {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
            buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  const std::size_t count = file_.read(std::span{buffer_}.subspan(end_)).size();
  end_ += count;
  return count > 0;
}

std::string_view LineReader::take(std::size_t length, std::size_t with_end) {
  std::string_view line = unread().substr(0, length);
  begin_ += with_end;
  bytes_ += with_end;
  ++lines_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void LineReader::skip_line() {
  is_cut_ = false;
  while (true) {
    const std::size_t end = unread().find('\n');
    const std::size_t count = end == std::string_view::npos ? unread().size() : end + 1;
    begin_ += count;
    bytes_ += count;
    if (end != std::string_view::npos || !fill()) return;
  }
}

}  // namespace gatehouse::passwords
