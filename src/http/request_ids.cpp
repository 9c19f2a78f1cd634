#include "http/request_ids.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/text.hpp"

namespace gatehouse::http {
namespace {

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

RequestIds::RequestIds(crypto::Random& random) {
  std::array<std::byte, prefix_length / 2> bytes{};
  random.fill(bytes);
  std::ranges::copy(to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()}), prefix_.begin());
}

std::string_view RequestIds::assign(std::string_view offered, Buffer& buffer) {
  if (!offered.empty() && offered.size() <= length_max && std::ranges::all_of(offered, is_safe)) return offered;
  char* out = std::ranges::copy(prefix_, buffer.data()).out;
  *out++ = '-';
  out = std::to_chars(out, buffer.data() + buffer.size(), ++count_, 16).ptr;
  return {buffer.data(), static_cast<std::size_t>(out - buffer.data())};
}

}  // namespace gatehouse::http
