#include "http/trusted_proxies.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "http/address.hpp"
#include "http/request.hpp"
#include "unit/http/address.hpp"

namespace gatehouse::http {
namespace {

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

TEST(TrustedProxies, BitsBehindAPrefix_DoNotCount) {
  const TrustedProxies proxies({"10.9.8.7/13", "fd00:1234::1/20"});
  EXPECT_TRUE(proxies.trusts(address("10.8.0.0")));
  EXPECT_TRUE(proxies.trusts(address("10.15.255.255")));
  EXPECT_FALSE(proxies.trusts(address("10.16.0.0")));
  EXPECT_TRUE(proxies.trusts(address("fd00:1fff::")));
  EXPECT_FALSE(proxies.trusts(address("fd00:2000::")));
}

TEST(TrustedProxies, EveryAddressOfAFamily_IsCoveredByTheEmptyPrefix) {
  const TrustedProxies v4({"0.0.0.0/0"});
  EXPECT_TRUE(v4.trusts(address("203.0.113.9")));
  EXPECT_FALSE(v4.trusts(address("2001:db8::1")));
  const TrustedProxies v6({"::/0"});
  EXPECT_TRUE(v6.trusts(address("2001:db8::1")));
}

TEST(TrustedProxies, MappedRange_IsTheSameAsItsIpv4Range) {
  const TrustedProxies proxies({"::ffff:10.0.0.0/104"});
  EXPECT_TRUE(proxies.trusts(address("10.1.2.3")));
  EXPECT_FALSE(proxies.trusts(address("11.0.0.1")));
}

TEST(TrustedProxies, ScopeOfAnAddress_IsIgnored) {
  const TrustedProxies proxies({"fe80::/10"});
  EXPECT_TRUE(proxies.trusts(address("fe80::1%1")));
  EXPECT_TRUE(TrustedProxies({"fe80::1%1"}).trusts(address("fe80::1")));
}

TEST(TrustedProxies, WhatIsNoRange_IsRefused) {
  for (const char* text : {"", "ten", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/", "fd00::/129"}) {
    EXPECT_THROW(TrustedProxies({text}), std::invalid_argument) << text;
  }
}

std::string client_behind(std::vector<std::string_view> lines) {
  static const TrustedProxies proxies({"10.0.0.0/8"});
  const auto client = proxies.client_behind(lines);
  return client ? client->to_string() : "nobody";
}

TEST(ClientBehindProxy, RightmostUntrustedHop_IsTheClient) {
  EXPECT_EQ(client_behind({"1.1.1.1, 2.2.2.2, 10.0.0.9"}), "2.2.2.2");
  EXPECT_EQ(client_behind({"2.2.2.2"}), "2.2.2.2");
  EXPECT_EQ(client_behind({"10.0.0.8,10.0.0.9"}), "10.0.0.8");
}

TEST(ClientBehindProxy, SeveralLines_AreReadAsOne) {
  EXPECT_EQ(client_behind({"2.2.2.2", "10.0.0.9"}), "2.2.2.2");
  EXPECT_EQ(client_behind({"1.1.1.1, 2.2.2.2", "10.0.0.8, 10.0.0.9"}), "2.2.2.2");
  EXPECT_EQ(client_behind({"1.1.1.1", "2.2.2.2"}), "2.2.2.2") << "a client's own line counts for nothing";
}

TEST(ClientBehindProxy, HopThatIsNoAddress_EndsTheTrust) {
  EXPECT_EQ(client_behind({}), "nobody");
  EXPECT_EQ(client_behind({""}), "nobody");
  EXPECT_EQ(client_behind({"unknown"}), "nobody");
  EXPECT_EQ(client_behind({"3.3.3.3, <script>, 10.0.0.9"}), "10.0.0.9");
  EXPECT_EQ(client_behind({"3.3.3.3", "<script>", "10.0.0.9"}), "10.0.0.9");
}

// Azure's gateways write a port, others brackets, and nginx on a dual-stack socket a mapped address.
TEST(ClientBehindProxy, HopWithPortBracketsOrMapping_WasTakenForTheProxy) {
  struct Case {
    std::string_view line;
    const char* client;
  };
  for (const auto& [line, client] : {Case{"203.0.113.7:52100", "203.0.113.7"}, Case{"[2001:db8::7]", "2001:db8::7"},
                                     Case{"[2001:DB8::7]:443", "2001:db8::7"}, Case{"2001:db8:0::7", "2001:db8::7"},
                                     Case{"::ffff:203.0.113.7", "203.0.113.7"}, Case{"::ffff:cb00:7107", "203.0.113.7"},
                                     Case{"[::ffff:203.0.113.7]:8443", "203.0.113.7"}, Case{"fe80::7%eth0", "fe80::7"},
                                     Case{"203.0.113.7:1, ::ffff:10.0.0.9, 10.0.0.8:2", "203.0.113.7"}}) {
    EXPECT_EQ(client_behind({line}), client) << line;
  }
}

TEST(ClientBehindProxy, HopThatIsNearlyAnAddress_EndsTheTrust) {
  for (const char* line :
       {"203.0.113.7:", "203.0.113.7:x", "203.0.113.7:123456", "203.0.113.7:1:2", "203.0.113", "[2001:db8::7",
        "[2001:db8::7]x", "[2001:db8::7]:", "[203.0.113.7]", "2001:db8::g", ":80", "[]", "[]:80", ":", "0x7f.0.0.1",
        "203.0.113.07x", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"}) {
    EXPECT_EQ(client_behind({line}), "nobody") << line;
  }
}

TEST(AddressText, OfEveryFamily_IsWritten) {
  AddressText buffer{};
  for (const char* text : {"203.0.113.7", "2001:db8::7", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    EXPECT_EQ(write_address(address(text), buffer), text);
  }
}

TEST(ForwardedForHeader, MoreLinesThanAreKept_LeavesTheLastOnes) {
  Headers headers;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < Headers::forwarded_lines_max + 3; ++i) lines.push_back(std::to_string(i));
  for (const std::string& line : lines) headers.add(Field::forwarded_for, line);
  ASSERT_EQ(headers.forwarded_for().size(), Headers::forwarded_lines_max);
  EXPECT_EQ(headers.forwarded_for().front(), "3");
  EXPECT_EQ(headers.forwarded_for().back(), lines.back());
}

}  // namespace
}  // namespace gatehouse::http
