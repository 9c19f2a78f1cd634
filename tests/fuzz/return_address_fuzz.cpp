// Where a gateway says that its client wanted to go: nowhere, or an address on a host of the settings. An input of one
// line is X-Original-URL; several lines are X-Forwarded-Proto, X-Forwarded-Host and X-Forwarded-Uri.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/forward_auth/return_address.hpp"

namespace {

using gatehouse::http::Field;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"-._~%"}.contains(c);
}

gatehouse::http::Request request_of(std::string_view input) {
  constexpr std::array fields{Field::forwarded_proto, Field::forwarded_host, Field::forwarded_uri};
  gatehouse::http::Request request;
  if (!input.contains('\n')) {
    request.headers.add(Field::original_url, input);
    return request;
  }
  for (const Field field : fields) {
    const std::string_view line = input.substr(0, input.find('\n'));
    request.headers.add(field, line);
    input.remove_prefix(std::min(line.size() + 1, input.size()));
  }
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gatehouse::api;
  static const std::vector<ReturnHost> hosts{{.name = "app.example.com", .port = {}}, {.name = "a", .port = 8443}};
  const auto address = return_address(request_of({reinterpret_cast<const char*>(bytes), size}), "/path", hosts);
  if (!address) return 0;
  if (address->size() > return_bytes_max || !std::ranges::all_of(*address, is_plain)) std::abort();
  std::string_view rest = *address;
  if (!rest.starts_with("http")) std::abort();
  rest.remove_prefix(rest.starts_with("https") ? 5 : 4);
  const bool is_ours = rest.starts_with("%3A%2F%2Fapp.example.com%2F") || rest.starts_with("%3A%2F%2Fa%3A8443%2F");
  if (!is_ours) std::abort();
  return 0;
}
