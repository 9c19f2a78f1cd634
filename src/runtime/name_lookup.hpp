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

/// Finds the addresses of a name with the system's resolver, getaddrinfo(3), which cannot be interrupted and may take
/// as long as the nameservers take. So it runs on a detached thread: a caller who gives up continues at once, and the
/// process ends without waiting for it. All callers that look up the same name at the same time, on any thread, share
/// one such thread, so there is at most one per name.
///
/// Threads: all calls come from the io thread of the executor. Lifetime: it must outlive the coroutine of look_up().
class NameLookup {
 public:
  using Places = boost::asio::ip::tcp::resolver::results_type;
  using Found = std::expected<Places, boost::system::error_code>;
  /// Called on the lookup's thread, perhaps after the NameLookup is gone.
  using Resolver = std::function<Found(const std::string& host, const std::string& service)>;

  /// Tests pass their own `resolver`, and use a different name for each.
  explicit NameLookup(const Executor& executor, Resolver resolver = ask_system);

  /// The addresses of `host`, with the port of `service` (a number or a name; empty: 0). One lookup at a time. The
  /// errors are Asio's: host_not_found and the like; timed_out after `patience` or close(); no_descriptors if the
  /// process has no descriptor or thread left.
  [[nodiscard]] Task<Found> look_up(std::string host, std::string service, std::chrono::milliseconds patience);

  /// Ends a lookup under way.
  void close() noexcept;

 private:
  using End = boost::asio::posix::basic_stream_descriptor<Executor>;

  static Found ask_system(const std::string& host, const std::string& service);

  Executor executor_;
  Resolver resolver_;
  std::weak_ptr<End> end_;  ///< the end of the current search's pipe: readable once the search is over
  SteadyTimer patience_;
};

}  // namespace gatehouse::runtime
