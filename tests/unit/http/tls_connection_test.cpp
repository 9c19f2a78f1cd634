#include <gtest/gtest.h>

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>

#include "connection_fixture.hpp"
#include "http/tls.hpp"
#include "support/run_task.hpp"
#include "support/test_authority.hpp"

namespace gatehouse::http {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using namespace std::chrono_literals;

/// The same connection over TLS, with a client that trusts the server's authority.
class TlsConnectionTest : public ConnectionFixture {
 protected:
  using ClientStream = ssl::stream<runtime::TcpSocket>;

  void SetUp() override {
    client_tls_.load_verify_file(authority_.certificate_path());
    client_tls_.set_verify_mode(ssl::verify_peer);
    tls_ = server_tls_;
  }

  ClientStream connect_tls() {
    const std::array<int, 2> ends = socket_pair(SOCK_STREAM);
    adopt(ends[0]).start();
    started_.reset();
    return {runtime::TcpSocket(io_.get_executor(), ends[1]), client_tls_};
  }

  /// What arrives up to and including `end`; if that is empty, up to the end of the connection.
  static Task<std::string> exchange(ClientStream& stream, std::string message, std::string end) {
    co_await stream.async_handshake(ssl::stream_base::client, use_task);
    co_await asio::async_write(stream, asio::buffer(message), use_task);
    std::string received;
    boost::system::error_code failure;
    auto token = asio::redirect_error(use_task, failure);
    if (end.empty()) {
      co_await asio::async_read(stream, asio::dynamic_buffer(received), std::move(token));
    } else {
      co_await asio::async_read_until(stream, asio::dynamic_buffer(received), end, std::move(token));
    }
    // A stream that was cut off would end with stream_truncated.
    EXPECT_TRUE(!failure || failure == asio::error::eof) << failure.message();
    co_return received;
  }

  testing::TestAuthority authority_;
  testing::TlsProxy::Certificate certificate_ = authority_.issue("localhost");
  const std::shared_ptr<ssl::context> server_tls_ =
      std::make_shared<ssl::context>(make_tls_context(certificate_.chain_path, certificate_.key_path));
  ssl::context client_tls_{ssl::context::tls_client};
};

TEST_F(TlsConnectionTest, PipelinedRequests_AreAnsweredInOrder_WithStrictTransportSecurity) {
  ClientStream client = connect_tls();
  const std::string received =
      testing::run_task(io_, exchange(client, get("/a") + get("/stream") + get("/b"), "\r\n\r\n/b"));
  EXPECT_LT(received.find("\r\n\r\n/a"), received.find("piece 2\n"));
  EXPECT_NE(received.find("Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"), std::string::npos);
}

TEST_F(TlsConnectionTest, Close_IsAnnouncedToTheClient) {
  ClientStream client = connect_tls();
  const std::string received = testing::run_task(io_, exchange(client, get("/a", "Connection: close\r\n"), ""));
  EXPECT_TRUE(received.ends_with("\r\n\r\n/a"));
}

TEST_F(TlsConnectionTest, UnreadableRequest_IsRefused_AndTheConnectionEnds) {
  ClientStream client = connect_tls();
  const std::string received = testing::run_task(io_, exchange(client, "nonsense\r\n\r\n", ""));
  EXPECT_TRUE(received.starts_with("HTTP/1.1 400 "));
  client.next_layer().close();
  EXPECT_TRUE(all_gone());
}

TEST_F(TlsConnectionTest, ClientThatSaysNothing_IsLeftAtTheHeadersDeadline) {
  settings_.header_timeout = 0ms;
  const std::array<int, 2> ends = socket_pair(SOCK_STREAM);
  const RawClient client(ends[1]);
  adopt(ends[0]).start();
  EXPECT_TRUE(swept_away());
}

TEST_F(TlsConnectionTest, ClientThatSpeaksPlainHttp_IsLeft) {
  const std::array<int, 2> ends = socket_pair(SOCK_STREAM);
  RawClient client(ends[1]);
  adopt(ends[0]).start();
  client.send(get("/a"));
  EXPECT_TRUE(all_gone());
  EXPECT_TRUE(responder_.seen().empty());
}

TEST(TlsContext, FilesThatCannotBeUsed_AreNamed) {
  try {
    (void)make_tls_context("/nowhere/chain.pem", "/nowhere/key.pem");
    FAIL();
  } catch (const std::runtime_error& failure) {
    EXPECT_TRUE(std::string_view{failure.what()}.starts_with("TLS_CERT: cannot use /nowhere/chain.pem"));
  }
}

}  // namespace
}  // namespace gatehouse::http
