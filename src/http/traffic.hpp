#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "http/method.hpp"
#include "http/request.hpp"
#include "http/status.hpp"
#include "metrics/page.hpp"

namespace gatehouse::http {

/// Why a request was refused before it reached its route.
enum class Refusal : std::uint8_t {
  framing,    ///< it is not a valid HTTP request
  timeout,    ///< its header or body did not come in time
  too_large,  ///< its header or body
  overload,   ///< the process has no place for its connection
  not_ready,  ///< the schema is not ready
};
[[nodiscard]] std::string_view to_text(Refusal refusal);
/// The reason for a request that could not be read; see Responder::refuse_unreadable().
[[nodiscard]] Refusal refusal_of(Status status);

/// Which pattern each route has, by the route's number; several routes, of different methods, may share one.
class RoutePatterns {
 public:
  /// `of_routes` has one pattern for each route, in the order of their numbers. The texts are static.
  explicit RoutePatterns(std::span<const std::string_view> of_routes);

  /// `unmatched` comes after all patterns, for requests that match no route.
  static constexpr std::string_view unmatched = "unmatched";
  [[nodiscard]] std::size_t place_of(std::size_t route) const {
    return route == no_route ? texts_.size() - 1 : places_[route];
  }
  [[nodiscard]] std::span<const std::string_view> texts() const { return texts_; }

 private:
  std::vector<std::string_view> texts_;
  std::vector<std::size_t> places_;
};

/// Methods by which requests are counted: those that the API has, and all others together.
inline constexpr std::array counted_methods{Method::get,     Method::post, Method::put,    Method::patch,
                                            Method::delete_, Method::head, Method::options};
/// Status codes by which requests are counted; status_line() turns any other into a 500.
inline constexpr std::array counted_statuses{Status::ok,
                                             Status::created,
                                             Status::accepted,
                                             Status::no_content,
                                             Status::found,
                                             Status::see_other,
                                             Status::not_modified,
                                             Status::permanent_redirect,
                                             Status::bad_request,
                                             Status::unauthorized,
                                             Status::forbidden,
                                             Status::not_found,
                                             Status::conflict,
                                             Status::gone,
                                             Status::method_not_allowed,
                                             Status::request_timeout,
                                             Status::precondition_failed,
                                             Status::payload_too_large,
                                             Status::uri_too_long,
                                             Status::unsupported_media_type,
                                             Status::expectation_failed,
                                             Status::unprocessable_entity,
                                             Status::precondition_required,
                                             Status::too_many_requests,
                                             Status::request_header_fields_too_large,
                                             Status::service_unavailable,
                                             Status::internal_server_error};

/// What one io thread answered. Only its own thread adds, with plain increments; any thread may read.
class ThreadTraffic {
 public:
  explicit ThreadTraffic(const RoutePatterns& patterns) : patterns_(patterns), by_pattern_(patterns.texts().size()) {}
  ~ThreadTraffic();
  ThreadTraffic(const ThreadTraffic&) = delete;
  ThreadTraffic& operator=(const ThreadTraffic&) = delete;

  void count(const Request& request, Status status, std::chrono::nanoseconds duration);
  void count_refused(Refusal refusal) { refused_[static_cast<std::size_t>(refusal)].add(); }
  void begin_waiting() { begun_.add(); }
  void end_waiting() { ended_.add(); }

 private:
  friend class Traffic;
  static constexpr std::size_t method_count = counted_methods.size() + 1;
  static constexpr std::size_t refusal_count = static_cast<std::size_t>(Refusal::not_ready) + 1;
  /// The counts of one pattern; made when its first request is answered, because most processes see few patterns.
  struct Answers {
    std::array<std::array<metrics::ThreadCounter, counted_statuses.size()>, method_count> counts;
    metrics::Histogram<metrics::ThreadCounter> durations;
  };

  const RoutePatterns& patterns_;
  std::vector<std::atomic<Answers*>> by_pattern_;  ///< owned
  std::array<metrics::ThreadCounter, refusal_count> refused_;
  metrics::ThreadCounter begun_;  ///< requests that began to wait for something, and those that have waited
  metrics::ThreadCounter ended_;
};

/// What all io threads of a process answered. Threads are added while the process is set up.
class Traffic {
 public:
  explicit Traffic(std::span<const std::string_view> patterns_of_routes) : patterns_(patterns_of_routes) {}

  [[nodiscard]] ThreadTraffic& add_thread() { return threads_.emplace_back(patterns_); }

  /// How many requests of this method and pattern were answered with this status.
  [[nodiscard]] std::uint64_t answered(Method method, std::string_view pattern, Status status) const;

  /// gatehouse_http_requests_total, _request_duration_seconds, _in_flight_requests and _refused_total.
  void write(metrics::Page& page) const;

 private:
  [[nodiscard]] std::uint64_t answers(std::size_t pattern, std::size_t method, std::size_t status) const;
  void write_requests(metrics::Page& page) const;
  void write_durations(metrics::Page& page) const;
  void write_refused(metrics::Page& page) const;

  const RoutePatterns patterns_;
  std::deque<ThreadTraffic> threads_;
};

}  // namespace gatehouse::http
