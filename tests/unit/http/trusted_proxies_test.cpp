#include "http/middleware/trusted_proxies.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace gatehouse::http {
namespace {

boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

TEST(TrustedProxies, NoRanges_TrustNobody) { EXPECT_FALSE(TrustedProxies({}).trusts(address("127.0.0.1"))); }

TEST(TrustedProxies, Ranges_CoverTheirAddressesOnly) {
  const TrustedProxies proxies({"10.0.0.0/8", "192.168.1.7", "fd00::/8"});
  EXPECT_TRUE(proxies.trusts(address("10.255.0.1")));
  EXPECT_TRUE(proxies.trusts(address("::ffff:10.1.2.3")));
  EXPECT_TRUE(proxies.trusts(address("192.168.1.7")));
  EXPECT_TRUE(proxies.trusts(address("fd12::1")));
  EXPECT_FALSE(proxies.trusts(address("11.0.0.1")));
  EXPECT_FALSE(proxies.trusts(address("192.168.1.8")));
  EXPECT_FALSE(proxies.trusts(address("fe80::1")));
}

TEST(TrustedProxies, WhatIsNoRange_IsRefused) {
  for (const char* text : {"", "ten", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/", "fd00::/129"})
    EXPECT_THROW(TrustedProxies({text}), std::invalid_argument) << text;
}

TEST(ClientBehindProxy, RightmostUntrustedHop_IsTheClient) {
  const TrustedProxies proxies({"10.0.0.0/8"});
  EXPECT_EQ(proxies.client_behind("1.1.1.1, 2.2.2.2, 10.0.0.9", "10.0.0.1"), "2.2.2.2");
  EXPECT_EQ(proxies.client_behind("2.2.2.2", "10.0.0.1"), "2.2.2.2");
  EXPECT_EQ(proxies.client_behind("10.0.0.8,10.0.0.9", "10.0.0.1"), "10.0.0.8");
}

TEST(ClientBehindProxy, HopThatIsNoAddress_EndsTheTrust) {
  const TrustedProxies proxies({"10.0.0.0/8"});
  EXPECT_EQ(proxies.client_behind("", "10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(proxies.client_behind("unknown", "10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(proxies.client_behind("3.3.3.3, <script>, 10.0.0.9", "10.0.0.1"), "10.0.0.9");
}

}  // namespace
}  // namespace gatehouse::http
