#include "runtime/socket_reactor.hpp"

#include <unistd.h>

#include <boost/asio/detail/reactor.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

// Two epolls, one inside the other. The outer one is ours and holds every socket, and Asio's epoll as one more
// descriptor, whose event has no watch. Asio's holds the rest: the database, timers, the acceptor, and the eventfd by
// which other threads wake the loop. Asio's scheduler blocks in AsioReactor::run(), which waits only in the outer
// epoll. Asio's own epoll is queried, without waiting, only when the outer one reports an event for it, or when a full
// turn may have left that event out.
//
// Handlers never run inside the wait. wait() leaves the events in events_ and hands the scheduler one operation, which
// calls serve(). The scheduler queues its next wait after every operation of the last one, so serve() has run before
// events_ is written again, and the operation is never queued twice. Handlers that were queued earlier run between
// wait() and serve(), and may destroy sockets: retire() removes their events.
//
// A turn is the set of events that one wait found. It is long while requests are answered on the spot. While some
// requests wait for the database, it is short, because everything that one turn asks of the database is sent together
// when the turn ends.

namespace gatehouse::runtime {

namespace asio = boost::asio;

namespace {

boost::system::system_error failure_of(const char* call) { return {errno, boost::system::system_category(), call}; }

/// Asio does not expose its epoll, and without it one wait cannot cover both epolls. An explicit instantiation may name
/// a private member (C++23 [temp.spec.general] paragraph 6). If Asio renames it, this does not compile.
template <auto member>
struct EpollOfAsio {
  friend int epoll_of(const asio::detail::epoll_reactor& reactor) { return reactor.*member; }
};
int epoll_of(const asio::detail::epoll_reactor& reactor);
template struct EpollOfAsio<&asio::detail::epoll_reactor::epoll_fd_>;

}  // namespace

/// Asio's reactor, except that it waits in the outer epoll.
class SocketReactor::AsioReactor final : public asio::detail::epoll_reactor {
 public:
  AsioReactor(asio::execution_context& context, SocketReactor& sockets) : epoll_reactor(context), sockets_(sockets) {
    // Asio's timers use a timerfd. If Asio got no descriptor for it, epoll_ctl() below gets none either, and this
    // throws.
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    if (epoll_ctl(sockets.epoll_.descriptor, EPOLL_CTL_ADD, epoll_of(*this), &event) != 0) {
      throw failure_of("epoll_ctl");
    }
  }

  void run(long at_most_us, Operations& ready) override {
    constexpr long us_per_ms = 1000;
    sockets_.wait(static_cast<int>(at_most_us > 0 ? (at_most_us - 1) / us_per_ms + 1 : at_most_us), ready);
  }
  void take_ready(Operations& ready) { epoll_reactor::run(0, ready); }

 private:
  SocketReactor& sockets_;
};

SocketReactor::Epoll::Epoll() : descriptor(epoll_create1(EPOLL_CLOEXEC)) {
  if (descriptor < 0) throw failure_of("epoll_create1");
}

SocketReactor::Epoll::~Epoll() { ::close(descriptor); }

SocketReactor::ServeOperation::ServeOperation(SocketReactor& sockets)
    : Operation([](void* owner, Operation* operation, const boost::system::error_code&, std::size_t) {
        // Without an owner it is destroyed unserved, with its io_context.
        if (owner != nullptr) static_cast<ServeOperation*>(operation)->reactor.serve();
      }),
      reactor(sockets) {}

SocketReactor::SocketReactor(asio::execution_context& context)
    : service(context), scheduler_(asio::use_service<asio::detail::scheduler>(context)) {
  auto reactor = std::make_unique<AsioReactor>(context, *this);
  asio::add_service<asio::detail::epoll_reactor>(context, reactor.get());
  asio_ = reactor.release();
  asio_->init_task();
  scheduler_.work_started();
}

void SocketReactor::watch(Watch& watch, int descriptor, std::uint32_t before, std::uint32_t events) noexcept {
  epoll_event event{.events = events | EPOLLET, .data = {.ptr = &watch}};
  epoll_ctl(epoll_.descriptor, before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event);
}

void SocketReactor::retire(std::unique_ptr<Watch> watch) {
  if (serving_) {
    retired_.push_back(std::move(watch));
  } else {
    forget_events_of(*watch);
  }
}

void SocketReactor::forget_events_of(const Watch& watch) noexcept {
  for (std::size_t i = 0; i < event_count_; ++i) {
    if (events_[i].data.ptr == &watch) events_[i].data.ptr = nullptr;
  }
}

void SocketReactor::wait(int at_most_ms, Operations& ready) {
  const std::size_t room = waiting_requests_ > 0 ? short_turn_max : turn_max;
  const int found = epoll_wait(epoll_.descriptor, events_.data(), static_cast<int>(room), at_most_ms);
  event_count_ = found > 0 ? static_cast<std::size_t>(found) : 0;
  std::size_t sockets = 0;
  for (std::size_t i = 0; i < event_count_; ++i) sockets += events_[i].data.ptr != nullptr ? 1U : 0U;
  if (sockets > 0) ready.push(&serve_operation_);
  if (sockets < event_count_ || event_count_ == room) asio_->take_ready(ready);
}

void SocketReactor::serve() {
  // The scheduler subtracts one from its work count after each operation, but this operation was never added to the
  // count.
  scheduler_.compensating_work_started();
  serving_ = true;
  for (std::size_t i = 0; i < event_count_; ++i) {
    const epoll_event& event = events_[i];
    if (event.data.ptr != nullptr) static_cast<Watch*>(event.data.ptr)->on_ready(event.events);
  }
  event_count_ = 0;
  serving_ = false;
  retired_.clear();
}

/// The handlers that a watch destroys may own other watches, so each round starts at the front again.
void SocketReactor::shutdown() {
  event_count_ = 0;
  while (!watches_.empty()) {
    Watch& watch = watches_.front();
    watches_.pop_front();
    watch.abandon();
  }
}

}  // namespace gatehouse::runtime
