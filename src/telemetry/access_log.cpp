#include "telemetry/access_log.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "json/string.hpp"

namespace gatehouse::telemetry {

// Invariants. Before a line is written, the buffer has room for the longest possible line, so nothing below checks its
// end again: access_line_bytes_max follows from the cuts, and append() flushes first. A buffer holds whole lines only.
// prefix_ is the text of prefix_second_: many lines share a second, whose date is formatted once.

namespace {

/// Beside the log's own buffer, so that one can be filled while another is written.
constexpr std::size_t spare_buffers = 3;

/// An escape takes at most six bytes (`\u001b`), a replacement character three.
constexpr std::size_t escaped_bytes_per_byte = 6;
constexpr std::size_t fixed_bytes_max = 320;
constexpr std::size_t access_line_bytes_max =
    fixed_bytes_max + escaped_bytes_per_byte * (AccessLog::path_bytes_max + 5 * AccessLog::text_bytes_max);
constexpr std::size_t iso8601_second_length = 19;

// Not memcpy(3), because it takes no null pointer, which an empty text may have.
char* put(char* out, std::string_view text) { return std::ranges::copy(text, out).out; }

char* put_number(char* out, std::uint64_t number) {
  return std::to_chars(out, out + std::numeric_limits<std::uint64_t>::digits10 + 1, number).ptr;
}

}  // namespace

AccessLog::AccessLog(LogQueue* queue, bool enabled)
    : queue_(queue), enabled_(enabled && queue != nullptr), prefix_second_(std::numeric_limits<std::int64_t>::min()) {
  if (queue_ != nullptr) queue_->add_buffers(spare_buffers);
  // Both get their greatest length, so that append() never allocates.
  scratch_.reserve(escaped_bytes_per_byte * path_bytes_max + 2);
  prefix_.reserve(64);
}

void AccessLog::append(const AccessLine& line) {
  if (!is_enabled()) return;
  if (buffer_.free_bytes() < access_line_bytes_max) flush();
  // Cut here and not by the caller: a query that reaches the log once is a leak.
  const std::string_view path = line.path.substr(0, line.path.find('?'));
  char* out = put_time(buffer_.end(), line.time);
  out = put(out, "Z\",\"level\":\"info\",\"event\":\"request\",\"request_id\":");
  out = put_quoted(out, line.request_id.substr(0, text_bytes_max));
  out = put(out, ",\"trace_id\":");
  out = put_quoted(out, line.trace_id.substr(0, text_bytes_max));
  out = put(out, ",\"method\":");
  out = put_quoted(out, line.method.substr(0, text_bytes_max));
  out = put(out, ",\"path\":");
  out = put_quoted(out, path.substr(0, path_bytes_max));
  out = put(out, ",\"status\":");
  out = put_number(out, line.status);
  if (!line.code.empty()) {
    out = put(out, ",\"code\":");
    out = put_quoted(out, line.code.substr(0, text_bytes_max));
  }
  out = put(out, ",\"bytes\":");
  out = put_number(out, line.bytes);
  out = put(out, ",\"duration_us\":");
  out = put_number(out, static_cast<std::uint64_t>(std::max<std::int64_t>(line.duration.count(), 0)));
  out = put(out, ",\"client\":");
  out = put_quoted(out, line.client.substr(0, text_bytes_max));
  out = put(out, "}\n");
  buffer_.add_line(out);
}

void AccessLog::flush() {
  if (!is_enabled() || buffer_.lines() == 0) return;
  buffer_ = queue_->exchange(std::move(buffer_));
}

char* AccessLog::put_time(char* out, TimePoint time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  // Not only for a later second: the wall clock may be set back.
  if (second.time_since_epoch().count() != prefix_second_) {
    prefix_second_ = second.time_since_epoch().count();
    prefix_ = "{\"time\":\"";
    const std::size_t start = prefix_.size();
    append_iso8601(prefix_, second);
    prefix_.resize(start + iso8601_second_length);
    prefix_ += '.';
  }
  const auto ms = static_cast<unsigned>((time - second) / std::chrono::milliseconds{1});
  out = put(out, prefix_);
  *out++ = static_cast<char>('0' + ms / 100);
  *out++ = static_cast<char>('0' + ms / 10 % 10);
  *out++ = static_cast<char>('0' + ms % 10);
  return out;
}

char* AccessLog::put_quoted(char* out, std::string_view text) {
  if (json::plain_length(text) == text.size()) {
    *out++ = '"';
    out = put(out, text);
    *out++ = '"';
    return out;
  }
  scratch_.clear();
  json::append_string(scratch_, text);
  return put(out, scratch_);
}

}  // namespace gatehouse::telemetry
