#include "runtime/tcp_socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <cerrno>
#include <utility>

#include "runtime/coarse_clock.hpp"

// The reactor reports only once that something has arrived (epoll(7), edge-triggered), so a socket that was emptied is
// not checked again. `readable_` remembers that report until a read has received less than it had room for: then the
// socket is empty, and later arrivals are reported anew. The end of the stream is reported only once, too, maybe
// together with the last bytes; so a socket that has ended stays readable. A read that finds `readable_` set asks the
// reactor to check again.
//
// TCP's urgent data breaks this: a read ends in front of it, although there is more behind it, which is not reported
// anew. HTTP has no use for such data, so has_unread() forgets what no read takes.

namespace gatehouse::runtime {

namespace asio = boost::asio;

namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

bool would_block(const boost::system::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

class TcpSocket::State final : public SocketReactor::Watch {
 public:
  State(const Executor& executor, int descriptor)
      : executor_(executor),
        reactor_(asio::use_service<SocketReactor>(asio::query(executor, asio::execution::context))),
        descriptor_(descriptor) {
    reactor_.add(*this);
  }
  ~State() override { close_descriptor(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] const Executor& executor() const noexcept { return executor_; }
  [[nodiscard]] SocketReactor& reactor() const noexcept { return reactor_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  void read(MutableBuffer buffer, Handler handler) {
    assert(!on_read_);
    if (descriptor_ < 0) return complete(std::move(handler), asio::error::bad_descriptor, 0);
    if (buffer.size() == 0) return complete(std::move(handler), {}, 0);  // TLS streams mean "call me back later"
    read_buffer_ = buffer;
    on_read_ = std::move(handler);
    if ((watched_ & EPOLLIN) == 0 || readable_) watch_for(watched_ | EPOLLIN | EPOLLRDHUP);
  }

  void write(ConstBuffer buffer, Handler handler) {
    assert(!on_write_);
    ErrorCode error;
    const std::size_t sent = send(buffer, error);
    if (!would_block(error)) return complete(std::move(handler), error, sent);
    write_buffer_ = buffer;
    on_write_ = std::move(handler);
    if ((watched_ & EPOLLOUT) == 0) watch_for(watched_ | EPOLLOUT);
  }

  std::size_t send(ConstBuffer buffer, ErrorCode& error) const noexcept {
    const ssize_t sent = ::send(descriptor_, buffer.data(), buffer.size(), MSG_NOSIGNAL);
    error = sent < 0 ? last_error() : ErrorCode{};
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }

  void on_ready(std::uint32_t events) override {
    constexpr std::uint32_t ended = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if ((events & ended) != 0) end();
    readable_ = readable_ || (events & (EPOLLIN | ended)) != 0;
    if (on_read_ && readable_) receive();
    if (on_write_ && (events & (EPOLLOUT | ended)) != 0) send_rest();
  }

  std::stop_token end_token() {
    if (!end_.stop_possible()) end_ = std::stop_source{};
    if (ended_) end_.request_stop();
    return end_.get_token();
  }

  void abandon() override {
    close_descriptor();
    const auto abandoned = std::pair{std::exchange(on_read_, nullptr), std::exchange(on_write_, nullptr)};
  }

  void cancel() {
    if (on_read_) complete(std::exchange(on_read_, nullptr), asio::error::operation_aborted, 0);
    if (on_write_) complete(std::exchange(on_write_, nullptr), asio::error::operation_aborted, 0);
  }

  [[nodiscard]] bool has_unread() noexcept {
    char byte = 0;
    if (::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) return false;
    const TimePoint now = coarse_now();
    if (unread_since_ == TimePoint{}) unread_since_ = now;
    return now - unread_since_ < unread_max;
  }

  void close_descriptor() noexcept {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    watched_ = 0;
    end();
  }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  void complete(Handler handler, ErrorCode error, std::size_t bytes) {
    asio::post(executor_, [handler = std::move(handler), error, bytes]() mutable { handler(error, bytes); });
  }

  void end() noexcept {
    ended_ = true;
    end_.request_stop();
  }

  void watch_for(std::uint32_t events) noexcept {
    reactor_.watch(*this, descriptor_, watched_, events);
    watched_ = events;
  }

  void receive() {
    unread_since_ = {};
    const ssize_t received = ::recv(descriptor_, read_buffer_.data(), read_buffer_.size(), 0);
    ErrorCode error = received < 0 ? last_error() : ErrorCode{};
    const bool drained =
        would_block(error) || (received > 0 && static_cast<std::size_t>(received) < read_buffer_.size());
    readable_ = !drained || ended_;
    if (would_block(error)) return;
    if (received == 0) error = asio::error::eof;
    std::exchange(on_read_, nullptr)(error, received < 0 ? 0 : static_cast<std::size_t>(received));
  }

  void send_rest() {
    ErrorCode error;
    const std::size_t sent = send(write_buffer_, error);
    if (!would_block(error)) std::exchange(on_write_, nullptr)(error, sent);
  }

  const Executor executor_;
  SocketReactor& reactor_;
  int descriptor_;
  std::uint32_t watched_ = 0;  ///< the events the reactor was asked for; 0: none yet
  bool readable_ = false;      ///< there may be unread data that the epoll will not report again
  bool ended_ = false;         ///< the other side sends no more, or the socket is closed
  TimePoint unread_since_{};   ///< when has_unread() first found what no read has taken; its epoch: nothing was found
  std::stop_source end_{std::nostopstate};
  MutableBuffer read_buffer_;
  ConstBuffer write_buffer_;
  Handler on_read_;
  Handler on_write_;
};

TcpSocket::TcpSocket(const Executor& executor, int descriptor)
    : state_(std::make_unique<State>(executor, descriptor)) {}

TcpSocket::TcpSocket(TcpSocket&& other) noexcept = default;

TcpSocket::~TcpSocket() {
  if (!state_) return;
  close();
  SocketReactor& reactor = state_->reactor();
  reactor.retire(std::move(state_));
}

TcpSocket::executor_type TcpSocket::get_executor() const noexcept { return state_->executor(); }

SocketReactor& TcpSocket::reactor() const noexcept { return state_->reactor(); }

bool TcpSocket::is_open() const noexcept { return state_->descriptor() >= 0; }

bool TcpSocket::has_unread() noexcept { return state_->has_unread(); }

std::stop_token TcpSocket::end_token() { return state_->end_token(); }

void TcpSocket::cancel() { state_->cancel(); }

void TcpSocket::close() noexcept {
  state_->close_descriptor();
  state_->cancel();
}

void TcpSocket::shutdown_send() noexcept { ::shutdown(state_->descriptor(), SHUT_WR); }

void TcpSocket::reset() noexcept {
  constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(state_->descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

std::size_t TcpSocket::write_some(boost::asio::const_buffer bytes, ErrorCode& error) noexcept {
  return state_->send(bytes, error);
}

void TcpSocket::read(MutableBuffer buffer, Handler handler) { state_->read(buffer, std::move(handler)); }

void TcpSocket::write(ConstBuffer buffer, Handler handler) { state_->write(buffer, std::move(handler)); }

}  // namespace gatehouse::runtime
