#include "http/address_shares.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "unit/http/address.hpp"

namespace gatehouse::http {
namespace {

class AddressSharesTest : public ::testing::Test {
 protected:
  /// Whether the address gets another part, which it keeps.
  bool takes(const char* text) {
    auto part = shares_.take(address(text));
    if (part) kept_.push_back(std::move(*part));
    return part.has_value();
  }

  AddressShares shares_{2, AddressRanges{{"10.0.0.0/8", "fd00::/8"}}};
  std::vector<AddressShares::Part> kept_;
};

TEST_F(AddressSharesTest, Address_HasItsShareAndNoMore) {
  EXPECT_TRUE(takes("192.0.2.1"));
  EXPECT_TRUE(takes("192.0.2.1"));
  EXPECT_FALSE(takes("192.0.2.1"));
  EXPECT_TRUE(takes("192.0.2.2"));
}

TEST_F(AddressSharesTest, PartThatGoes_IsGivenBack) {
  EXPECT_TRUE(takes("192.0.2.1"));
  EXPECT_TRUE(takes("192.0.2.1"));
  kept_.pop_back();
  EXPECT_TRUE(takes("192.0.2.1"));
  EXPECT_FALSE(takes("192.0.2.1"));
  kept_.clear();
  EXPECT_TRUE(takes("192.0.2.1"));
}

TEST_F(AddressSharesTest, Ipv6_CountsByItsNetwork) {
  EXPECT_TRUE(takes("2001:db8:0:7::1"));
  EXPECT_TRUE(takes("2001:db8:0:7:ffff::2"));
  EXPECT_FALSE(takes("2001:db8:0:7::3"));
  EXPECT_TRUE(takes("2001:db8:0:8::1"));
}

TEST_F(AddressSharesTest, MappedIpv4_CountsAsIpv4) {
  EXPECT_TRUE(takes("192.0.2.1"));
  EXPECT_TRUE(takes("::ffff:192.0.2.1"));
  EXPECT_FALSE(takes("::ffff:192.0.2.1"));
  EXPECT_TRUE(takes("::ffff:192.0.2.2")) << "all of them are in one /64";
}

TEST_F(AddressSharesTest, ProxiesAndBackEnds_HaveNoBound) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(takes("10.1.2.3"));
    EXPECT_TRUE(takes("::ffff:10.1.2.3"));
    EXPECT_TRUE(takes("fd00::1"));
  }
}

}  // namespace
}  // namespace gatehouse::http
