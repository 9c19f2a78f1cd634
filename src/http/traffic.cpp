#include "http/traffic.hpp"

#include <algorithm>
#include <string>

namespace gatehouse::http {
namespace {

constexpr std::size_t method_place(Method method) {
  const auto found = std::ranges::find(counted_methods, method);
  return static_cast<std::size_t>(found - counted_methods.begin());
}

std::string_view method_text(std::size_t place) {
  return place < counted_methods.size() ? to_text(counted_methods[place]) : std::string_view{"other"};
}

/// Indexed by status code, so that finding an answer's place costs one load.
constexpr auto status_places = [] {
  constexpr std::size_t codes_end = 600;
  std::array<std::uint8_t, codes_end> places{};
  places.fill(counted_statuses.size() - 1);
  for (std::size_t i = 0; i < counted_statuses.size(); ++i) {
    places[static_cast<std::size_t>(counted_statuses[i])] = static_cast<std::uint8_t>(i);
  }
  return places;
}();

constexpr std::size_t status_place(Status status) {
  const auto code = static_cast<std::size_t>(status);
  return code < status_places.size() ? status_places[code] : counted_statuses.size() - 1;
}

}  // namespace

std::string_view to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::framing:
      return "framing";
    case Refusal::timeout:
      return "timeout";
    case Refusal::too_large:
      return "too_large";
    case Refusal::overload:
      return "overload";
    case Refusal::not_ready:
      return "not_ready";
  }
  return "";
}

Refusal refusal_of(Status status) {
  switch (status) {
    case Status::request_timeout:
      return Refusal::timeout;
    case Status::payload_too_large:
    case Status::uri_too_long:
    case Status::request_header_fields_too_large:
      return Refusal::too_large;
    default:
      return Refusal::framing;
  }
}

RoutePatterns::RoutePatterns(std::span<const std::string_view> of_routes) {
  for (const std::string_view pattern : of_routes) {
    const auto found = std::ranges::find(texts_, pattern);
    places_.push_back(static_cast<std::size_t>(found - texts_.begin()));
    if (found == texts_.end()) texts_.push_back(pattern);
  }
  texts_.push_back(unmatched);
}

ThreadTraffic::~ThreadTraffic() {
  for (const auto& answers : by_pattern_) delete answers.load(std::memory_order_relaxed);
}

void ThreadTraffic::count(const Request& request, Status status, std::chrono::nanoseconds duration) {
  auto& place = by_pattern_[patterns_.place_of(request.route)];
  Answers* answers = place.load(std::memory_order_relaxed);
  if (answers == nullptr) {
    answers = new Answers{};
    place.store(answers, std::memory_order_release);
  }
  answers->counts[method_place(request.method)][status_place(status)].add();
  answers->durations.add(duration);
}

std::uint64_t Traffic::answers(std::size_t pattern, std::size_t method, std::size_t status) const {
  std::uint64_t count = 0;
  for (const ThreadTraffic& thread : threads_) {
    const auto* answers = thread.by_pattern_[pattern].load(std::memory_order_acquire);
    if (answers != nullptr) count += answers->counts[method][status].value();
  }
  return count;
}

std::uint64_t Traffic::answered(Method method, std::string_view pattern, Status status) const {
  const auto found = std::ranges::find(patterns_.texts(), pattern);
  if (found == patterns_.texts().end()) return 0;
  return answers(static_cast<std::size_t>(found - patterns_.texts().begin()), method_place(method),
                 status_place(status));
}

void Traffic::write(metrics::Page& page) const {
  write_requests(page);
  write_durations(page);
  write_refused(page);
}

void Traffic::write_requests(metrics::Page& page) const {
  page.begin_counter("gatehouse_http_requests_total", "Requests answered, by method, route pattern and status.");
  const auto patterns = patterns_.texts();
  for (std::size_t pattern = 0; pattern < patterns.size(); ++pattern) {
    for (std::size_t method = 0; method < ThreadTraffic::method_count; ++method) {
      for (std::size_t status = 0; status < counted_statuses.size(); ++status) {
        const std::uint64_t count = answers(pattern, method, status);
        if (count == 0) continue;
        const std::string code = std::to_string(static_cast<unsigned>(counted_statuses[status]));
        page.sample({{"method", method_text(method)}, {"route", patterns[pattern]}, {"status", code}}, count);
      }
    }
  }
}

void Traffic::write_durations(metrics::Page& page) const {
  page.begin_histogram("gatehouse_http_request_duration_seconds",
                       "From the first byte of a request to its answer, by route pattern.");
  const auto patterns = patterns_.texts();
  for (std::size_t pattern = 0; pattern < patterns.size(); ++pattern) {
    metrics::Distribution durations;
    bool is_known = false;
    for (const ThreadTraffic& thread : threads_) {
      const auto* answers = thread.by_pattern_[pattern].load(std::memory_order_acquire);
      if (answers == nullptr) continue;
      answers->durations.add_to(durations);
      is_known = true;
    }
    if (is_known) page.sample({{"route", patterns[pattern]}}, durations);
  }
}

void Traffic::write_refused(metrics::Page& page) const {
  std::uint64_t waiting = 0;
  for (const ThreadTraffic& thread : threads_) {
    const std::uint64_t ended = thread.ended_.value();  // read first, so that no request ends before it begins
    waiting += thread.begun_.value() - ended;
  }
  page.gauge("gatehouse_http_in_flight_requests", "Requests that wait for a database, a hash or their client.",
             waiting);
  page.begin_counter("gatehouse_http_refused_total", "Requests refused before they reached their route, by reason.");
  for (std::size_t i = 0; i < ThreadTraffic::refusal_count; ++i) {
    std::uint64_t count = 0;
    for (const ThreadTraffic& thread : threads_) count += thread.refused_[i].value();
    page.sample({{"reason", to_text(static_cast<Refusal>(i))}}, count);
  }
}

}  // namespace gatehouse::http
