#include "http/trusted_proxies.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>
#include <stdexcept>

#include "base/text.hpp"

namespace gatehouse::http {
namespace {

namespace ip = boost::asio::ip;

/// IPv4 is compared as IPv4-mapped IPv6, so that it does not matter in which form an address comes.
constexpr unsigned mapped_bits = 96;

/// Without a scope, which says nothing about an address's network.
ip::address_v6 as_v6(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4())
                         : ip::address_v6(address.to_v6().to_bytes());
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& ranges) {
  for (const std::string& text : ranges) {
    const std::size_t slash = text.find('/');
    boost::system::error_code ec;
    const ip::address address = ip::make_address(text.substr(0, slash), ec);
    const unsigned width = address.is_v4() ? 32 : 128;
    unsigned bits = width;
    if (slash != std::string::npos) {
      const char* end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
      if (error != std::errc{} || stop != end) bits = width + 1;
    }
    if (ec || bits > width) throw std::invalid_argument("not an address or CIDR range: " + text);
    const auto prefix_bits = static_cast<unsigned short>(address.is_v4() ? bits + mapped_bits : bits);
    ranges_.push_back(ip::network_v6(as_v6(address), prefix_bits).canonical());
  }
}

bool TrustedProxies::trusts(const ip::address& address) const {
  if (ranges_.empty()) return false;
  return std::ranges::any_of(ranges_, [sought = as_v6(address)](const ip::network_v6& range) {
    return ip::network_v6(sought, range.prefix_length()).network() == range.address();
  });
}

std::string_view TrustedProxies::client_behind(std::span<const std::string_view> forwarded_for,
                                               std::string_view peer) const {
  std::string_view client = peer;
  for (const std::string_view line : std::views::reverse(forwarded_for)) {
    if (!walk_back(line, client)) break;
  }
  return client;
}

/// From the line's end to the first address that is no proxy's. True where all of them are, and the line before may
/// know more.
bool TrustedProxies::walk_back(std::string_view line, std::string_view& client) const {
  while (!line.empty()) {
    const std::size_t comma = line.rfind(',');
    const std::string_view hop = trim(comma == std::string_view::npos ? line : line.substr(comma + 1));
    boost::system::error_code ec;
    const ip::address address = ip::make_address(hop, ec);
    if (ec) return false;  // what a proxy did not write as an address, it did not write
    client = hop;
    if (!trusts(address)) return false;
    line = comma == std::string_view::npos ? std::string_view{} : line.substr(0, comma);
  }
  return true;
}

}  // namespace gatehouse::http
