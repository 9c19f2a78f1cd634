#include "redis/opener.hpp"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "config/values.hpp"
#include "redis/command.hpp"
#include "redis/information.hpp"
#include "runtime/name_lookup.hpp"
#include "runtime/tcp_socket.hpp"

namespace gatehouse::redis {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;

using boost::system::error_code;
using runtime::NameLookup;
using runtime::SteadyTimer;
using runtime::TcpSocket;
using Tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using TlsStream = ssl::stream<TcpSocket>;

/// A Stream over one of Asio's, which it owns.
template <class AsioStream>
class StreamOver final : public Stream {
 public:
  template <class... Arguments>
  explicit StreamOver(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...) {}

  void read(asio::mutable_buffer buffer, Handler handler) override {
    stream_.async_read_some(buffer, std::move(handler));
  }
  void write(asio::const_buffer bytes, Handler handler) override {
    asio::async_write(stream_, bytes, std::move(handler));
  }
  void close() noexcept override { stream_.lowest_layer().close(); }

  [[nodiscard]] AsioStream& inner() { return stream_; }

 private:
  AsioStream stream_;
};

std::string too_slow() { return "no connection within " + config::to_text(Opener::step_patience); }

std::string why(const error_code& error) {
  return error == asio::error::operation_aborted ? too_slow() : error.message();
}

/// Calls `close()` on what it is given when step_patience has passed, unless that or this is gone by then.
template <class Closable>
class StepDeadline {
 public:
  StepDeadline(const Executor& executor, const std::shared_ptr<Closable>& what) : timer_(executor) {
    timer_.expires_after(Opener::step_patience);
    timer_.async_wait([weak = std::weak_ptr{what}](error_code error) {
      const auto late = error ? nullptr : weak.lock();
      if (late) late->close();
    });
  }

 private:
  SteadyTimer timer_;
};

/// A connected descriptor, non-blocking, that the caller owns.
Task<std::expected<int, std::string>> connected(ServerAddress address) {
  const Executor executor = co_await asio::this_coro::executor;
  NameLookup lookup{executor};
  std::string host = address.host;
  std::string port = std::to_string(address.port);
  const auto places = co_await lookup.look_up(std::move(host), std::move(port), Opener::step_patience);
  if (!places) co_return std::unexpected(address.host + " is not found: " + places.error().message());
  const auto socket = std::make_shared<Socket>(executor);
  const StepDeadline<Socket> deadline{executor, socket};
  error_code error;
  co_await asio::async_connect(*socket, *places, asio::redirect_error(use_task, error));
  if (error) co_return std::unexpected(why(error));
  error_code ignored;
  socket->set_option(Tcp::no_delay{true}, ignored);
  socket->native_non_blocking(true, error);
  if (error) co_return std::unexpected(error.message());
  co_return socket->release();
}

/// `tls` outlives the coroutine.
Task<std::expected<std::shared_ptr<Stream>, std::string>> secured(int descriptor, ssl::context& tls, std::string host) {
  const Executor executor = co_await asio::this_coro::executor;
  const auto stream = std::make_shared<StreamOver<TlsStream>>(TcpSocket{executor, descriptor}, tls);
  TlsStream& inner = stream->inner();
  inner.set_verify_callback(ssl::host_name_verification{host});
  SSL_set_tlsext_host_name(inner.native_handle(), host.c_str());
  const StepDeadline<Stream> deadline{executor, stream};
  error_code error;
  co_await inner.async_handshake(ssl::stream_base::client, asio::redirect_error(use_task, error));
  if (error) co_return std::unexpected("TLS: " + why(error));
  co_return stream;
}

ssl::context make_client_context() {
  ssl::context context{ssl::context::tls_client};
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_default_verify_paths();
  context.set_verify_mode(ssl::verify_peer);
  return context;
}

std::string words(std::initializer_list<std::string_view> list) { return to_command({list.begin(), list.size()}); }

/// The answer to `ROLE` from a server that takes no writes begins with another word.
bool is_master(const Reply& role) { return !role.items.empty() && role.items.front().text == "master"; }

/// The host and port in an answer to SENTINEL GET-MASTER-ADDR-BY-NAME.
std::optional<ServerAddress> address_in(const std::optional<Reply>& answer) {
  if (!answer || answer->items.size() != 2) return std::nullopt;
  const auto port = config::parse_number(answer->items[1].text, {1, 65'535});
  if (!port) return std::nullopt;
  return ServerAddress{.host = answer->items[0].text, .port = static_cast<std::uint16_t>(*port)};
}

/// A server that does not know a command, such as one whose AUTH was renamed, repeats its arguments: the password.
std::string_view without_arguments(std::string_view refusal) { return refusal.substr(0, refusal.find(", with args")); }

std::unexpected<std::string> closed(Connection& connection, std::string_view reason) {
  connection.close(reason);
  return std::unexpected(connection.reason());
}

}  // namespace

Opener::Opener(const RedisSettings& settings, std::string probe) : settings_(settings), probe_(std::move(probe)) {
  if (settings.tls) tls_.emplace(make_client_context());
}

Task<Opened> Opener::open() {
  if (settings_.master.empty()) co_return co_await connect_and_log_in(settings_.servers.front());
  auto master = co_await find_master();
  if (!master) co_return std::unexpected(std::move(master.error()));
  auto opened = co_await connect_and_log_in(*std::move(master));
  if (!opened) co_return opened;
  const std::shared_ptr<Connection> connection = *opened;
  std::string question = words({"ROLE"});
  const auto role = co_await connection->ask(std::move(question), step_patience);
  if (!role || !is_master(*role)) co_return closed(*connection, "Sentinel names a server that is no longer a master");
  co_return connection;
}

Task<Opened> Opener::connect(ServerAddress address) {
  const Executor executor = co_await asio::this_coro::executor;
  const std::string host = address.host;
  const auto descriptor = co_await connected(std::move(address));
  if (!descriptor) co_return std::unexpected(descriptor.error());
  std::shared_ptr<Stream> stream;
  if (tls_) {
    auto tls_stream = co_await secured(*descriptor, *tls_, host);
    if (!tls_stream) co_return std::unexpected(std::move(tls_stream.error()));
    stream = *std::move(tls_stream);
  } else {
    stream = std::make_shared<StreamOver<TcpSocket>>(executor, *descriptor);
  }
  auto connection = std::make_shared<Connection>(std::move(stream), executor);
  connection->start();
  co_return connection;
}

/// The first commands on a connection; a server answers each with OK.
std::vector<std::string> Opener::greetings() const {
  std::vector<std::string> commands;
  const std::string_view password = settings_.password.reveal();
  if (!settings_.user.empty()) {
    commands.push_back(words({"AUTH", settings_.user, password}));
  } else if (!password.empty()) {
    commands.push_back(words({"AUTH", password}));
  }
  if (settings_.database != 0) commands.push_back(words({"SELECT", std::to_string(settings_.database)}));
  return commands;
}

Task<Opened> Opener::connect_and_log_in(ServerAddress address) {
  auto opened = co_await connect(std::move(address));
  if (!opened) co_return opened;
  const std::shared_ptr<Connection> connection = *std::move(opened);
  for (std::string& greeting : greetings()) {
    const auto answer = co_await connection->ask(std::move(greeting), step_patience);
    if (!answer) co_return std::unexpected(connection->reason());
    if (answer->is_error()) co_return closed(*connection, without_arguments(answer->text));
  }
  // The first answer on a connection may take longer than requests wait; this is no reason not to use the connection.
  co_await prove(connection, step_patience);
  co_await prove(connection, settings_.timeout);
  co_await identify(connection);
  if (!connection->is_open()) co_return std::unexpected(connection->reason());
  co_return connection;
}

/// If the user may not run INFO, the connection is good for everything but sessions.
Task<> Opener::identify(std::shared_ptr<Connection> connection) const {
  if (!settings_.session_cache || !connection->is_open()) co_return;
  std::string about_run = words({"INFO", "server"});
  const auto of_run = co_await connection->ask(std::move(about_run), step_patience);
  std::string about_history = words({"INFO", "replication"});
  const auto of_history = co_await connection->ask(std::move(about_history), step_patience);
  const auto run = field_of(of_run, "run_id");
  const auto history = field_of(of_history, "master_replid");
  if (!run || !history) co_return;
  std::string server = *run + '/' + *history;
  if (!connection->server().empty() && connection->server() != server) connection->close("its data has been replaced");
  connection->know(std::move(server));
}

Task<> Opener::prove(std::shared_ptr<Connection> connection, std::chrono::milliseconds at_most) const {
  std::string probe = probe_;
  const auto answer = co_await connection->ask(std::move(probe), at_most);
  if (answer && answer->is_error()) connection->close(answer->text);
}

/// The answer of the first Sentinel that knows the name.
Task<std::expected<ServerAddress, std::string>> Opener::find_master() {
  for (const ServerAddress& sentinel : settings_.servers) {
    auto master = co_await ask_sentinel(sentinel);
    if (master) co_return *std::move(master);
  }
  co_return std::unexpected("no Sentinel knows a master by the name " + settings_.master);
}

Task<std::optional<ServerAddress>> Opener::ask_sentinel(ServerAddress sentinel) {
  auto opened = co_await connect(std::move(sentinel));
  if (!opened) co_return std::nullopt;
  const std::shared_ptr<Connection> connection = *std::move(opened);
  std::string question = words({"SENTINEL", "get-master-addr-by-name", settings_.master});
  const auto answer = co_await connection->ask(std::move(question), step_patience);
  connection->close("asked");
  co_return address_in(answer);
}

}  // namespace gatehouse::redis
