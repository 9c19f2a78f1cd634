#include "support/tcp_proxy.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <string_view>

namespace gatehouse::testing {

using boost::asio::ip::tcp;

/// One accepted connection and its connection to the server.
class TcpProxy::Link : public std::enable_shared_from_this<Link> {
 public:
  Link(boost::asio::io_context& io, tcp::socket client, const TcpProxy& proxy)
      : client_{std::move(client), {}}, server_{tcp::socket{io}, {}}, pause_(io), proxy_(proxy) {}

  void start(const std::string& host, std::uint16_t port) {
    tcp::resolver resolver{server_.socket.get_executor()};
    boost::system::error_code error;
    boost::asio::connect(server_.socket, resolver.resolve(host, std::to_string(port), error), error);
    if (error) return close();
    relay(client_, server_);
    relay(server_, client_);
  }

  void close() {
    boost::system::error_code ignored;
    client_.socket.close(ignored);
    server_.socket.close(ignored);
  }

 private:
  struct End {
    tcp::socket socket;
    std::array<char, 16 * 1024> buffer;
  };

  void relay(End& from, End& to) {
    from.socket.async_read_some(
        boost::asio::buffer(from.buffer),
        [self = shared_from_this(), &from, &to](boost::system::error_code error, std::size_t size) {
          if (error) return self->close();
          if (self->proxy_.silent_) return self->relay(from, to);
          self->pass_on(from, to, {from.buffer.data(), size});
        });
  }

  void pass_on(End& from, End& to, std::string_view bytes) {
    const std::size_t cut = &from == &client_ ? next_cut(bytes) : bytes.size();
    boost::asio::async_write(to.socket, boost::asio::buffer(bytes.data(), cut),
                             [self = shared_from_this(), &from, &to, rest = bytes.substr(cut)](
                                 boost::system::error_code failed, std::size_t) {
                               if (failed) return self->close();
                               if (rest.empty()) return self->relay(from, to);
                               self->pause_.expires_after(std::chrono::milliseconds{1});
                               self->pause_.async_wait([self, &from, &to, rest](boost::system::error_code) {
                                 self->pass_on(from, to, rest);
                               });
                             });
  }

  /// The next position of the marker, except at the very beginning, where the cut has already been made.
  [[nodiscard]] std::size_t next_cut(std::string_view bytes) const {
    if (proxy_.marker_.empty()) return bytes.size();
    return std::min(bytes.find(proxy_.marker_, 1), bytes.size());
  }

  End client_;
  End server_;
  boost::asio::steady_timer pause_;
  const TcpProxy& proxy_;
};

TcpProxy::TcpProxy(std::string host, std::uint16_t port) : host_(std::move(host)), server_port_(port) {
  listen();
  thread_ = std::thread([this] { io_.run(); });
}

TcpProxy::~TcpProxy() {
  on_thread(&TcpProxy::do_cut);
  work_.reset();
  thread_.join();
}

void TcpProxy::cut() { on_thread(&TcpProxy::do_cut); }
void TcpProxy::silence() { on_thread(&TcpProxy::do_silence); }
void TcpProxy::restore() { on_thread(&TcpProxy::do_restore); }

void TcpProxy::on_thread(void (TcpProxy::*action)()) {
  std::promise<void> done;
  boost::asio::post(io_, [&] {
    (this->*action)();
    done.set_value();
  });
  done.get_future().get();
}

void TcpProxy::do_cut() {
  acceptor_.close();
  for (const auto& weak : links_) {
    if (const auto link = weak.lock()) link->close();
  }
  links_.clear();
}

void TcpProxy::do_silence() { silent_ = true; }

void TcpProxy::do_restore() {
  silent_ = false;
  if (!acceptor_.is_open()) listen();
}

void TcpProxy::listen() {
  const tcp::endpoint endpoint{boost::asio::ip::address_v4::loopback(), port_.number()};
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
  accept();
}

void TcpProxy::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket client) {
    if (error) return;
    auto link = std::make_shared<Link>(io_, std::move(client), *this);
    links_.push_back(link);
    link->start(host_, server_port_);
    accept();
  });
}

}  // namespace gatehouse::testing
