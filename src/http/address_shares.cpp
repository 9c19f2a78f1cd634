#include "http/address_shares.hpp"

#include "http/address.hpp"

namespace gatehouse::http {

namespace ip = boost::asio::ip;

AddressShares::Block AddressShares::block_of(const ip::address& address) {
  if (address.is_v4()) return {.is_v6 = false, .bits = address.to_v4().to_uint()};
  Block block{.is_v6 = true, .bits = 0};
  const ip::address_v6::bytes_type bytes = address.to_v6().to_bytes();
  for (std::size_t i = 0; i < sizeof block.bits; ++i) block.bits = block.bits << 8U | bytes[i];
  return block;
}

std::optional<AddressShares::Part> AddressShares::take(const ip::address& address) {
  if (unbounded_.contains(address)) return Part{};
  const Block block = block_of(plain_address(address));
  if (!quotas_.take(block)) return std::nullopt;
  return Part{*this, block};
}

}  // namespace gatehouse::http
