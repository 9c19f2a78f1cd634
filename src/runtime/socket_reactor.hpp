#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Tells the sockets of one event loop when they are ready.
///
/// Asio's sockets try to read before they wait. A connection that answers one request after the other pays a recv(2)
/// that finds nothing for each of them. The sockets of this reactor wait first. They share an epoll(7) of their own,
/// level-triggered, that Asio watches like any descriptor, so their handlers run between Asio's on the same thread,
/// several in one turn of the loop when there is much to do (docs/adr/0010-sockets-wait-before-they-read.md).
///
/// A service of the io_context: made with the first socket, and when the io_context goes it destroys the handlers that
/// still wait, as Asio does with its own.
class SocketReactor final : public boost::asio::execution_context::service {
 public:
  using key_type = SocketReactor;  // NOLINT(readability-identifier-naming): Asio's name
  inline static boost::asio::execution_context::id id;

  /// Somebody who waits for a descriptor. Linked while it exists.
  class Watch : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    virtual ~Watch() = default;
    /// `events` of epoll(7). May close the descriptor, but the watch itself lives on until retire() takes it.
    virtual void on_ready(std::uint32_t events) = 0;
    /// Destroys what waits, without calling it.
    virtual void abandon() = 0;
  };

  /// Throws boost::system::system_error when the kernel has no epoll left.
  explicit SocketReactor(boost::asio::execution_context& context);

  void add(Watch& watch) { watches_.push_back(watch); }
  /// From now on: exactly these events; 0 stops the watching. Failures show as a watch that never gets ready, and end
  /// at the connection's deadline.
  void set_interest(Watch& watch, int descriptor, std::uint32_t before, std::uint32_t events) noexcept;
  /// Takes a watch that may stand on the call stack of its on_ready(), and destroys it after that.
  void retire(std::unique_ptr<Watch> watch);

 private:
  using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;

  void shutdown() override;
  void wait();
  void serve();

  Descriptor epoll_;
  boost::intrusive::list<Watch, boost::intrusive::constant_time_size<false>> watches_;
  std::vector<std::unique_ptr<Watch>> retired_;
  bool serving_ = false;
};

}  // namespace gatehouse::runtime
