#include "http/address_shares.hpp"

namespace gatehouse::http {

namespace ip = boost::asio::ip;

std::optional<AddressShares::Part> AddressShares::take(const ip::address& address) {
  if (unbounded_.contains(address)) return Part{};
  const AddressBlock block = block_of(plain_address(address));
  if (!quotas_.take(block)) return std::nullopt;
  return Part{*this, block};
}

}  // namespace gatehouse::http
