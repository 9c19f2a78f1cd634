#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "http/address.hpp"
#include "http/address_ranges.hpp"
#include "runtime/quotas.hpp"

namespace gatehouse::http {

/// Keeps any one address from taking more than its share of the process's connections. IPv6 addresses are counted per
/// /64, which is what one customer gets (RFC 6177). Any thread.
class AddressShares {
 public:
  /// A part of an address's share, given back on destruction. Empty for an address without a limit.
  class Part {
   public:
    Part() = default;
    Part(Part&& other) noexcept : shares_(std::exchange(other.shares_, nullptr)), block_(other.block_) {}
    Part& operator=(Part&& other) noexcept {
      std::swap(shares_, other.shares_);
      std::swap(block_, other.block_);
      return *this;
    }
    ~Part() {
      if (shares_ != nullptr) shares_->quotas_.give_back(block_);
    }

   private:
    friend AddressShares;
    Part(AddressShares& shares, AddressBlock block) : shares_(&shares), block_(block) {}

    AddressShares* shares_ = nullptr;
    AddressBlock block_;
  };

  /// Each address may have `per_address_max` connections. Addresses in `unbounded` have no limit: they speak for many
  /// clients, as proxies do.
  AddressShares(std::uint32_t per_address_max, AddressRanges unbounded)
      : unbounded_(std::move(unbounded)), quotas_(per_address_max) {}

  /// nullopt if the address has used up its share. A Part must be destroyed before the AddressShares.
  [[nodiscard]] std::optional<Part> take(const boost::asio::ip::address& address);

 private:
  const AddressRanges unbounded_;
  runtime::Quotas<AddressBlock> quotas_;
};

}  // namespace gatehouse::http
