#include "http/peer.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

class PeerTest : public ::testing::Test {
 protected:
  bool is_confidential(const char* address, const std::vector<std::string_view>& protos) {
    Headers headers;
    for (const std::string_view proto : protos) headers.add(Field::forwarded_proto, proto);
    return Peer{boost::asio::ip::make_address(address), proxies_, backends_}.is_confidential(headers);
  }

  TrustedProxies proxies_{{"10.0.0.0/8", "fd00::/8"}};
  AddressRanges backends_{{"192.168.0.0/16"}};
};

TEST_F(PeerTest, ThisMachine_IsConfidential) {
  for (const char* address : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_confidential(address, {})) << address;
    EXPECT_TRUE(is_confidential(address, {"http"})) << address;
  }
}

// nginx on this machine: what it says of its client counts, although nobody can read what it sends here.
TEST_F(PeerTest, TrustedProxyOnThisMachine_IsConfidentialUnlessItSaysHttp) {
  const TrustedProxies local{{"127.0.0.1"}};
  const auto says = [&](const std::vector<std::string_view>& protos) {
    Headers headers;
    for (const std::string_view proto : protos) headers.add(Field::forwarded_proto, proto);
    return Peer{boost::asio::ip::make_address("127.0.0.1"), local, backends_}.is_confidential(headers);
  };
  EXPECT_TRUE(says({}));
  EXPECT_TRUE(says({"https"}));
  EXPECT_FALSE(says({"http"}));
  EXPECT_FALSE(says({"https", "http"}));
}

TEST_F(PeerTest, TrustedProxy_IsConfidentialWhereItSaysHttps) {
  for (const char* address : {"10.1.2.3", "::ffff:10.1.2.3", "fd12::1"}) {
    EXPECT_TRUE(is_confidential(address, {"https"})) << address;
    EXPECT_TRUE(is_confidential(address, {"HTTPS"})) << address;
    for (const char* proto : {"", "http", "https, http", "http,https", "https,https", "httpss", "wss", "on", "1"}) {
      EXPECT_FALSE(is_confidential(address, {proto})) << address << proto;
    }
    EXPECT_FALSE(is_confidential(address, {})) << address;
    EXPECT_FALSE(is_confidential(address, {"https", "https"})) << address;
    EXPECT_FALSE(is_confidential(address, {"https", "http"})) << address;
  }
}

TEST_F(PeerTest, AnybodyElse_IsNotBelieved) {
  for (const char* address : {"192.0.2.1", "192.168.1.1", "128.0.0.1", "::2", "fe80::1"}) {
    EXPECT_FALSE(is_confidential(address, {})) << address;
    EXPECT_FALSE(is_confidential(address, {"https"})) << address;
  }
}

TEST_F(PeerTest, Proxies_AreTold) {
  EXPECT_TRUE((Peer{boost::asio::ip::make_address("10.0.0.1"), proxies_, backends_}.is_proxy()));
  EXPECT_FALSE((Peer{boost::asio::ip::make_address("192.168.0.1"), proxies_, backends_}.is_proxy()));
}

TEST_F(PeerTest, ProcessBehindAUnixSocket_IsATrustedProxyOfThisMachine) {
  const Peer peer = Peer::on_unix_socket(proxies_);
  EXPECT_TRUE(peer.is_proxy());
  EXPECT_TRUE(peer.is_process());
  EXPECT_TRUE(peer.is_confidential({}));
  Headers http;
  http.add(Field::forwarded_proto, "http");
  EXPECT_FALSE(peer.is_confidential(http)) << "it says that others can read its client's requests";
  Request request;
  const Client itself = peer.client_of(request);
  EXPECT_EQ(itself.text, "127.0.0.1");
  EXPECT_TRUE(itself.is_backend);
  request.headers.add(Field::forwarded_for, "198.51.100.9, 203.0.113.7, 10.0.0.1");
  EXPECT_FALSE(peer.is_disbelieved(request.headers));
  EXPECT_EQ(peer.client_of(request).text, "203.0.113.7") << "the last one that is no proxy's";
}

}  // namespace
}  // namespace gatehouse::http
