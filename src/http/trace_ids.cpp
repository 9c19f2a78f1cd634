#include "http/trace_ids.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gatehouse::http {
namespace {

// `00-<trace id>-<parent id>-<flags>`; a later version may add more after another hyphen.
constexpr std::size_t version_length = 2;
constexpr std::size_t trace_at = 3;
constexpr std::size_t parent_at = trace_at + TraceIds::length + 1;
constexpr std::size_t parent_length = 16;
constexpr std::size_t flags_at = parent_at + parent_length + 1;
constexpr std::size_t flags_length = 2;
constexpr std::size_t end_at = flags_at + flags_length;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Hex digits that are not all zero.
bool is_id(std::string_view text) { return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos; }

bool is_traceparent(std::string_view text) {
  if (text.size() < end_at || text[version_length] != '-' || text[parent_at - 1] != '-' || text[flags_at - 1] != '-') {
    return false;
  }
  const std::string_view version = text.substr(0, version_length);
  if (!is_hex(version) || version == "ff" || !is_hex(text.substr(flags_at, flags_length))) return false;
  if (!is_id(text.substr(trace_at, TraceIds::length)) || !is_id(text.substr(parent_at, parent_length))) return false;
  return text.size() == end_at || (version != "00" && text[end_at] == '-');
}

}  // namespace

TraceIds::TraceIds(crypto::Random& random) {
  std::array<std::byte, prefix_length / 2> bytes{};
  random.fill(bytes);
  std::ranges::copy(to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()}), prefix_.begin());
}

/// Samplers look at the last digits, so these are spread: an odd factor maps different counts to different numbers.
std::string_view TraceIds::assign(std::string_view traceparent, Buffer& buffer) {
  if (is_traceparent(traceparent)) return traceparent.substr(trace_at, length);
  constexpr std::uint64_t spread = 0x9E3779B97F4A7C15;
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t number = ++count_ * spread;
  char* out = std::ranges::copy(prefix_, buffer.data()).out;
  for (; out != buffer.data() + buffer.size(); number >>= 4U) *out++ = digits[number & 0xFU];
  return {buffer.data(), buffer.size()};
}

}  // namespace gatehouse::http
