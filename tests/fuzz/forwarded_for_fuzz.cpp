// X-Forwarded-For behind a trusted proxy: the client is unknown, or an address that survives being written and read.
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/address.hpp"
#include "http/trusted_proxies.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const gatehouse::http::TrustedProxies proxies({"10.0.0.0/8", "fd00::/8"});
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const std::size_t line_end = input.find('\n');
  const std::string_view lines[] = {
      input.substr(0, line_end), line_end == std::string_view::npos ? std::string_view{} : input.substr(line_end + 1)};
  const auto client = proxies.client_behind(lines);
  if (!client) return 0;
  if (client->is_v6() && client->to_v6().is_v4_mapped()) std::abort();
  gatehouse::http::AddressText buffer{};
  if (gatehouse::http::read_hop(gatehouse::http::write_address(*client, buffer)) != client) std::abort();
  return 0;
}
