#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/detail/operation.hpp>
#include <boost/asio/detail/scheduler.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace gatehouse::runtime {

/// Tells the sockets of one event loop when they are ready.
///
/// Asio's sockets try to read before they wait. On a connection that carries one request after the other, each request
/// then costs a recv(2) that finds nothing. The sockets of this reactor wait first. They share their own edge-triggered
/// epoll(7), in which the event loop waits: it holds Asio's epoll as one more descriptor. A request costs three system
/// calls when it comes alone, and fewer when others come with it: epoll_wait, recv, send
/// (docs/adr/0010-sockets-wait-before-they-read.md).
///
/// A service of the io_context. Create it with asio::use_service() before anything else waits on that io_context,
/// because it replaces Asio's reactor; later, it throws boost::asio::service_already_exists. When the io_context is
/// destroyed, handlers that still wait are destroyed without being called, as Asio does with its own. With this
/// service, io_context::run() does not end when it runs out of work, only by stop(). All calls must come from the
/// io_context's thread.
class SocketReactor final : public boost::asio::execution_context::service {
 public:
  using key_type = SocketReactor;  // NOLINT(readability-identifier-naming): Asio's name
  inline static boost::asio::execution_context::id id;

  /// Waits for a descriptor to become ready. It is in the reactor's list while it exists.
  class Watch : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    virtual ~Watch() = default;
    /// `events` of epoll(7). May close the descriptor, but the watch itself lives on until retire() takes it. What was
    /// ready when the loop waited may no longer be ready.
    virtual void on_ready(std::uint32_t events) = 0;
    /// Destroys the waiting handlers without calling them.
    virtual void abandon() = 0;
  };

  /// Throws boost::system::system_error when the kernel has no descriptor left.
  explicit SocketReactor(boost::asio::execution_context& context);

  void add(Watch& watch) { watches_.push_back(watch); }
  /// Reports to the watch which of these epoll(7) events are present now, and then each one that occurs later, once
  /// each. `before` is what it was watched for until now, 0 at first; passing the same events again makes the epoll
  /// check anew. If this fails, the watch never becomes ready, and the connection ends at its deadline.
  void watch(Watch& watch, int descriptor, std::uint32_t before, std::uint32_t events) noexcept;
  /// Takes a watch whose on_ready() may still be running, and destroys it after that has returned.
  void retire(std::unique_ptr<Watch> watch);

  /// Counts the requests that wait for something that Asio serves, mostly the database; while there is one, turns are
  /// short. Each add_waiting_request() must be followed by one remove_waiting_request().
  void add_waiting_request() noexcept { ++waiting_requests_; }
  void remove_waiting_request() noexcept { --waiting_requests_; }

 private:
  class AsioReactor;
  using Operation = boost::asio::detail::operation;
  using Operations = boost::asio::detail::op_queue<Operation>;

  /// The scheduler operation that serves the sockets that are ready.
  struct ServeOperation final : Operation {
    explicit ServeOperation(SocketReactor& sockets);
    SocketReactor& reactor;
  };
  /// Owns the descriptor and closes it.
  struct Epoll {
    Epoll();
    ~Epoll();
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;
    int descriptor;
  };

  static constexpr std::size_t turn_max = 128;
  static constexpr std::size_t short_turn_max = 16;

  void shutdown() override;
  void wait(int at_most_ms, Operations& ready);
  void serve();
  void forget_events_of(const Watch& watch) noexcept;

  // Constant after construction.
  Epoll epoll_;
  boost::asio::detail::scheduler& scheduler_;
  AsioReactor* asio_ = nullptr;  ///< owned by the io_context

  boost::intrusive::list<Watch, boost::intrusive::constant_time_size<false>> watches_;
  std::vector<std::unique_ptr<Watch>> retired_;
  ServeOperation serve_operation_{*this};
  std::array<epoll_event, turn_max> events_;  ///< what the last wait() found
  std::size_t event_count_ = 0;               ///< 0 once they are served
  std::size_t waiting_requests_ = 0;
  bool serving_ = false;
};

}  // namespace gatehouse::runtime
