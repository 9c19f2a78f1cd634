#include "http/trusted_proxies.hpp"

#include <ranges>

#include "base/text.hpp"
#include "http/address.hpp"

namespace gatehouse::http {

namespace ip = boost::asio::ip;

std::optional<ip::address> TrustedProxies::client_behind(std::span<const std::string_view> forwarded_for) const {
  std::optional<ip::address> client;
  for (const std::string_view line : std::views::reverse(forwarded_for)) {
    if (!walk_back(line, client)) break;
  }
  return client;
}

/// Walks from the line's end to the first address that is not a proxy's. True if all of them are, so that the line
/// before may say more.
bool TrustedProxies::walk_back(std::string_view line, std::optional<ip::address>& client) const {
  while (!line.empty()) {
    const std::size_t comma = line.rfind(',');
    const auto hop = read_hop(trim(comma == std::string_view::npos ? line : line.substr(comma + 1)));
    if (!hop) return false;  // it is not an address, so no trusted proxy wrote it
    client = hop;
    if (!trusts(*hop)) return false;
    line = comma == std::string_view::npos ? std::string_view{} : line.substr(0, comma);
  }
  return true;
}

}  // namespace gatehouse::http
