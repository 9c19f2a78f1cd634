// X-Forwarded-For behind a trusted proxy: the client is always the peer or an address.
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/trusted_proxies.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const gatehouse::http::TrustedProxies proxies({"10.0.0.0/8", "fd00::/8"});
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const std::size_t line_end = input.find('\n');
  const std::string_view lines[] = {
      input.substr(0, line_end), line_end == std::string_view::npos ? std::string_view{} : input.substr(line_end + 1)};
  const std::string_view client = proxies.client_behind(lines, "10.0.0.1");
  boost::system::error_code ec;
  (void)boost::asio::ip::make_address(client, ec);
  if (ec) std::abort();
  return 0;
}
