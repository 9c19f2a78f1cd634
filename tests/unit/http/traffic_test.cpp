#include "http/traffic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

class TrafficTest : public ::testing::Test {
 protected:
  static constexpr std::array<std::string_view, 3> patterns{"/users", "/users", "/users/{id}"};

  void count(ThreadTraffic& thread, Method method, std::size_t route, Status status) {
    Request request;
    request.method = method;
    request.route = route;
    thread.count(request, status, 1ms);
  }
  std::string page() const {
    metrics::Page page;
    traffic_.write(page);
    return std::move(page).text();
  }

  Traffic traffic_{patterns};
  ThreadTraffic& first_ = traffic_.add_thread();
  ThreadTraffic& second_ = traffic_.add_thread();
};

TEST_F(TrafficTest, RequestsOfAllThreads_AreOneNumber) {
  count(first_, Method::get, 0, Status::ok);
  count(second_, Method::get, 0, Status::ok);
  count(second_, Method::post, 1, Status::created);
  const std::string text = page();
  EXPECT_TRUE(text.contains("gatehouse_http_requests_total{method=\"GET\",route=\"/users\",status=\"200\"} 2\n"));
  EXPECT_TRUE(text.contains("gatehouse_http_requests_total{method=\"POST\",route=\"/users\",status=\"201\"} 1\n"));
  EXPECT_TRUE(text.contains("gatehouse_http_request_duration_seconds_count{route=\"/users\"} 3\n"));
  EXPECT_FALSE(text.contains("/users/{id}")) << "nobody asked for it";
  EXPECT_EQ(traffic_.answered(Method::get, "/users", Status::ok), 2U);
  EXPECT_EQ(traffic_.answered(Method::get, "/elsewhere", Status::ok), 0U);
}

TEST_F(TrafficTest, PathsAndMethodsOfAnybodysChoice_AreTwoLabels) {
  count(first_, Method::trace, no_route, Status::not_found);
  count(first_, Method::unknown, no_route, Status::not_found);
  EXPECT_TRUE(
      page().contains("gatehouse_http_requests_total{method=\"other\",route=\"unmatched\",status=\"404\"} 2\n"));
}

/// status_line() would send a 500.
TEST_F(TrafficTest, StatusThatNobodySends_IsA500) {
  count(first_, Method::get, 0, Status::im_used);
  EXPECT_TRUE(page().contains("route=\"/users\",status=\"500\"} 1\n"));
}

TEST(CountedStatuses, EveryStatusThatHasALine_IsCounted) {
  const std::string_view other = status_line(Status::internal_server_error);
  for (unsigned code = 100; code < 600; ++code) {
    const auto status = static_cast<Status>(code);
    const bool has_line = status == Status::internal_server_error || status_line(status) != other;
    const bool is_counted = std::ranges::find(counted_statuses, status) != counted_statuses.end();
    EXPECT_EQ(has_line, is_counted) << code;
  }
}

TEST_F(TrafficTest, RefusedRequests_AreCountedByReason) {
  first_.count_refused(refusal_of(Status::request_timeout));
  second_.count_refused(refusal_of(Status::payload_too_large));
  second_.count_refused(refusal_of(Status::bad_request));
  const std::string text = page();
  for (const char* reason : {"timeout", "too_large", "framing"}) {
    EXPECT_TRUE(text.contains("gatehouse_http_refused_total{reason=\"" + std::string{reason} + "\"} 1\n")) << reason;
  }
  EXPECT_TRUE(text.contains("gatehouse_http_refused_total{reason=\"overload\"} 0\n"));
  EXPECT_FALSE(text.contains("status=")) << "they have no route";
}

TEST_F(TrafficTest, WaitingRequests_AreInFlight) {
  first_.begin_waiting();
  second_.begin_waiting();
  first_.end_waiting();
  EXPECT_TRUE(page().contains("gatehouse_http_in_flight_requests 1\n"));
}

}  // namespace
}  // namespace gatehouse::http
