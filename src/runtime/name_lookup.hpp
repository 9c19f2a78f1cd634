#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <expected>
#include <functional>
#include <string>

#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Finds the addresses of a name by the system's resolver, getaddrinfo(3), which cannot be interrupted and takes as
/// long as its nameservers let it. So each lookup has a thread of its own that nobody waits for: a caller who gives up
/// goes on at once, and a process ends without it.
///
/// Threads: all calls come from the io thread of the executor. Life: outlives the coroutine of look_up().
class NameLookup {
 public:
  using Places = boost::asio::ip::tcp::resolver::results_type;
  using Found = std::expected<Places, boost::system::error_code>;
  /// Called on a lookup's thread, perhaps after the NameLookup is gone.
  using Resolver = std::function<Found(const std::string& host, const std::string& service)>;

  /// Tests give a `resolver` of their own.
  explicit NameLookup(const Executor& executor, Resolver resolver = ask_system);

  /// Where `host` is, at the port of `service` (a number or a name; empty: 0). One lookup at a time. The errors are
  /// Asio's: host_not_found and the like, operation_aborted after close(); resource_unavailable_try_again where there
  /// is no thread.
  [[nodiscard]] Task<Found> look_up(std::string host, std::string service);

  /// Ends a lookup under way.
  void close() noexcept;

 private:
  struct Search;
  class Waiting;

  static Found ask_system(const std::string& host, const std::string& service);
  static void run(const std::shared_ptr<Search>& search, const Resolver& resolver, const std::string& host,
                  const std::string& service);

  Resolver resolver_;
  SteadyTimer done_;
};

}  // namespace gatehouse::runtime
