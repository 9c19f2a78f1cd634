#include "service/failure_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "support/manual_clock.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr FailureLog::Instant start{};

/// The lines that `use` makes, without their times.
template <class Use>
std::vector<std::string> lines_of_failures(Use use) {
  const telemetry::testing::CapturedOutput output;
  const testing::ManualClock clock;
  {
    telemetry::LogQueue queue{telemetry::LineWriter{output.descriptor()}};
    telemetry::Log log{queue, clock};
    FailureLog failures{log};
    use(failures);
  }
  std::vector<std::string> lines = output.lines();
  for (std::string& line : lines) line.erase(0, line.find("\"level\""));
  return lines;
}

// An outage of a minute under load once made a line for each of the requests.
TEST(FailureLog, Outage_IsALineASecond_AndOneWhenItIsOver) {
  const auto lines = lines_of_failures([](FailureLog& failures) {
    const RequestScope request{.request_id = "id", .trace_id = {}};
    for (int ms = 0; ms <= 2'500; ++ms) failures.report_unavailable(request, "down", start + milliseconds{ms});
    failures.end_if_quiet(start + milliseconds{2'500} + FailureLog::quiet_after - milliseconds{1});
    failures.end_if_quiet(start + milliseconds{2'500} + FailureLog::quiet_after);
    failures.end_if_quiet(start + seconds{60});
  });
  EXPECT_EQ(
      lines,
      (std::vector<std::string>{
          R"("level":"error","event":"request_failed","request_id":"id","trace_id":"","reason":"down","requests":1})",
          R"("level":"error","event":"request_failed","request_id":"id","trace_id":"","reason":"down","requests":1000})",
          R"("level":"error","event":"request_failed","request_id":"id","trace_id":"","reason":"down","requests":1000})",
          R"("level":"info","event":"requests_succeed_again","failed_requests":2501,"lasted_ms":2500})"}));
}

TEST(FailureLog, NextOutage_BeginsAnew) {
  const auto lines = lines_of_failures([](FailureLog& failures) {
    failures.report_unavailable({.request_id = "first", .trace_id = {}}, "down", start);
    failures.end_if_quiet(start + seconds{10});
    failures.report_unavailable({.request_id = "second", .trace_id = {}}, "down", start + milliseconds{10'001});
  });
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[1].contains(R"("failed_requests":1,"lasted_ms":0)"));
  EXPECT_TRUE(lines[2].contains(R"("request_id":"second")"));
}

TEST(FailureLog, FaultsOfTheService_AreALineEach) {
  const auto lines = lines_of_failures([](FailureLog& failures) {
    for (int i = 0; i < 10; ++i) failures.report_fault({.request_id = "id", .trace_id = {}}, "no such column");
    failures.end_if_quiet(start + seconds{60});
  });
  EXPECT_EQ(lines.size(), 10U);
}

}  // namespace
}  // namespace gatehouse::service
