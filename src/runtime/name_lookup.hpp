#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Finds the addresses of a name by the system's resolver, getaddrinfo(3), which cannot be interrupted and takes as
/// long as its nameservers let it. So it runs on a thread that nobody waits for: a caller who gives up goes on at once,
/// and a process ends without it. All who look up a name at the same time, on any thread, share one such thread, so
/// there are no more of them than names.
///
/// Threads: all calls come from the io thread of the executor. Life: outlives the coroutine of look_up().
class NameLookup {
 public:
  using Places = boost::asio::ip::tcp::resolver::results_type;
  using Found = std::expected<Places, boost::system::error_code>;
  /// Called on the lookup's thread, perhaps after the NameLookup is gone.
  using Resolver = std::function<Found(const std::string& host, const std::string& service)>;

  /// Tests give a `resolver` of their own, and a name of their own to each.
  explicit NameLookup(const Executor& executor, Resolver resolver = ask_system);

  /// Where `host` is, at the port of `service` (a number or a name; empty: 0). One lookup at a time. The errors are
  /// Asio's: host_not_found and the like; timed_out after `patience` or close(); no_descriptors where the process has
  /// no descriptor or thread left.
  [[nodiscard]] Task<Found> look_up(std::string host, std::string service, std::chrono::milliseconds patience);

  /// Ends a lookup under way.
  void close() noexcept;

 private:
  using End = boost::asio::posix::basic_stream_descriptor<Executor>;

  static Found ask_system(const std::string& host, const std::string& service);

  Executor executor_;
  Resolver resolver_;
  std::weak_ptr<End> end_;  ///< of the search that is waited for: readable once it is over
  SteadyTimer patience_;
};

}  // namespace gatehouse::runtime
