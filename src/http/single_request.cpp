#include "http/single_request.hpp"

#include <openssl/ssl.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "runtime/name_lookup.hpp"
#include "runtime/task.hpp"

namespace gatehouse::http {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast_http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using UnixStream = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;
using Outcome = std::expected<FetchedAnswer, std::string>;

constexpr std::uint64_t body_bytes_max = 64 * 1024;

std::string host_field(const ServerAddress& server) {
  if (!server.unix_path.empty()) return "localhost";
  const bool is_ipv6 = server.host.contains(':');
  return (is_ipv6 ? '[' + server.host + ']' : server.host) + ':' + std::to_string(server.port);
}

/// `stream` outlives the coroutine.
template <class Stream>
Task<FetchedAnswer> exchange(Stream& stream, beast_http::request<beast_http::empty_body> request) {
  co_await beast_http::async_write(stream, request, use_task);
  boost::beast::flat_buffer buffer;
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(body_bytes_max);
  co_await beast_http::async_read(stream, buffer, parser, use_task);
  auto answer = parser.release();
  co_return FetchedAnswer{.status = answer.result(), .body = std::move(answer.body())};
}

ssl::context client_context(ServerAddress::Trust trust) {
  ssl::context context{ssl::context::tls_client};
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  if (trust == ServerAddress::Trust::anybody) return context;
  context.set_default_verify_paths();
  context.set_verify_mode(ssl::verify_peer);
  return context;
}

/// Everything outlives the coroutine.
Task<FetchedAnswer> exchange_over_tls(Socket& socket, const ServerAddress& server,
                                      beast_http::request<beast_http::empty_body> request) {
  ssl::context context = client_context(server.trust);
  ssl::stream<Socket&> stream{socket, context};
  if (server.trust == ServerAddress::Trust::certificate) {
    stream.set_verify_callback(ssl::host_name_verification{server.host});
  }
  SSL_set_tlsext_host_name(stream.native_handle(), server.host.c_str());
  co_await stream.async_handshake(ssl::stream_base::client, use_task);
  co_return co_await exchange(stream, std::move(request));
}

/// `server` outlives the coroutine.
Task<FetchedAnswer> ask(const ServerAddress& server, std::string path, std::chrono::milliseconds patience) {
  const Executor executor = co_await asio::this_coro::executor;
  beast_http::request<beast_http::empty_body> request{beast_http::verb::get, path, 11};
  request.set(beast_http::field::host, host_field(server));
  request.set(beast_http::field::connection, "close");
  if (!server.unix_path.empty()) {
    UnixStream stream{executor};
    const asio::local::stream_protocol::endpoint place{server.unix_path};
    co_await stream.async_connect(place, use_task);
    co_return co_await exchange(stream, std::move(request));
  }
  runtime::NameLookup lookup{executor};
  std::string host = server.host;
  std::string port = std::to_string(server.port);
  const auto places = co_await lookup.look_up(std::move(host), std::move(port), patience);
  if (!places) throw boost::system::system_error(places.error());
  Socket socket{executor};
  co_await asio::async_connect(socket, *places, use_task);
  if (server.uses_tls) co_return co_await exchange_over_tls(socket, server, std::move(request));
  co_return co_await exchange(socket, std::move(request));
}

std::string reason_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& failure) {
    return failure.code().message();
  } catch (const std::exception& failure) {
    return failure.what();
  }
}

}  // namespace

std::expected<FetchedAnswer, std::string> fetch(const ServerAddress& server, std::string_view path,
                                                std::chrono::milliseconds patience) {
  asio::io_context io{1};
  std::optional<Outcome> outcome;
  asio::co_spawn(io, ask(server, std::string{path}, patience),
                 [&outcome](const std::exception_ptr& thrown, FetchedAnswer answer) {
                   outcome = thrown ? Outcome{std::unexpected(reason_of(thrown))} : Outcome{std::move(answer)};
                 });
  io.run_for(patience);
  if (outcome) return *std::move(outcome);
  return std::unexpected("no answer within " + std::to_string(patience.count()) + " ms");
}

}  // namespace gatehouse::http
