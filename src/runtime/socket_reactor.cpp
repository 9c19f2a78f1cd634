#include "runtime/socket_reactor.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <utility>

namespace gatehouse::runtime {

namespace {

/// So many sockets are served before Asio gets its turn, and with it the database: what one turn asks of it leaves
/// together, so larger turns would have it wait (docs/adr/0010-sockets-wait-before-they-read.md).
constexpr std::size_t batch_max = 16;

int open_epoll() {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw boost::system::system_error(errno, boost::system::system_category(), "epoll_create1");
  return descriptor;
}

}  // namespace

SocketReactor::SocketReactor(boost::asio::execution_context& context)
    : service(context), epoll_(static_cast<boost::asio::io_context&>(context).get_executor(), open_epoll()) {
  wait();
}

void SocketReactor::set_interest(Watch& watch, int descriptor, std::uint32_t before, std::uint32_t events) noexcept {
  epoll_event event{.events = events, .data = {.ptr = &watch}};
  const int change = before == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  epoll_ctl(epoll_.native_handle(), change, descriptor, &event);
}

void SocketReactor::retire(std::unique_ptr<Watch> watch) {
  if (serving_) retired_.push_back(std::move(watch));
}

void SocketReactor::wait() {
  epoll_.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    serve();
    wait();
  });
}

void SocketReactor::serve() {
  std::array<epoll_event, batch_max> events;
  const int count = epoll_wait(epoll_.native_handle(), events.data(), events.size(), 0);
  serving_ = true;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    static_cast<Watch*>(event.data.ptr)->on_ready(event.events);
  }
  serving_ = false;
  retired_.clear();
}

/// What a watch abandons may own other watches, so each round starts at the front again.
void SocketReactor::shutdown() {
  while (!watches_.empty()) {
    Watch& watch = watches_.front();
    watches_.pop_front();
    watch.abandon();
  }
}

}  // namespace gatehouse::runtime
