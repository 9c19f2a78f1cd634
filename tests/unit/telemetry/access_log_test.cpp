#include "telemetry/access_log.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <thread>

#include "base/text.hpp"
#include "support/patience.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::telemetry::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr TimePoint line_time = from_unix_us(1'737'541'800'007'999);

AccessLine some_line() {
  return {.time = line_time,
          .request_id = "0190c3a4",
          .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
          .method = "GET",
          .path = "/users/7",
          .status = 200,
          .code = {},
          .bytes = 512,
          .duration = std::chrono::microseconds{42},
          .client = "192.0.2.1"};
}

/// What one log writes in its life, which ends with `use`.
template <class Use>
std::vector<std::string> lines_of(Use use) {
  const CapturedOutput output;
  {
    LogQueue queue{LineWriter{output.descriptor()}};
    AccessLog log{&queue};
    use(log);
  }
  return output.lines();
}

std::string line_of(const AccessLine& line) {
  const auto lines = lines_of([&line](AccessLog& log) { log.append(line); });
  EXPECT_EQ(lines.size(), 1U);
  return lines.empty() ? std::string{} : lines.front();
}

TEST(AccessLog, Request_IsOneJsonLine) {
  EXPECT_EQ(line_of(some_line()),
            R"({"time":"2025-01-22T10:30:00.007Z","level":"info","event":"request","request_id":"0190c3a4",)"
            R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
            R"("method":"GET","path":"/users/7","status":200,"bytes":512,"duration_us":42,"client":"192.0.2.1"})");
}

TEST(AccessLog, Refusal_HasItsCode) {
  AccessLine line = some_line();
  line.status = 401;
  line.code = "invalid_api_key";
  EXPECT_THAT(line_of(line), HasSubstr(R"("status":401,"code":"invalid_api_key","bytes":512)"));
}

TEST(AccessLog, TimePrefix_FollowsTheSecond) {
  const auto lines = lines_of([](AccessLog& log) {
    AccessLine line = some_line();
    log.append(line);
    line.time += std::chrono::milliseconds{999};
    log.append(line);
    line.time -= std::chrono::hours{1};
    log.append(line);
  });
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[1], HasSubstr("T10:30:01.006Z"));
  EXPECT_THAT(lines[2], HasSubstr("T09:30:01.006Z"));
}

TEST(AccessLog, QueryString_IsLeftOut) {
  AccessLine line = some_line();
  line.path = "/users?token=canary";
  EXPECT_THAT(line_of(line), HasSubstr(R"("path":"/users",)"));
}

TEST(AccessLog, LongTexts_AreCut) {
  const std::string huge(1 << 20, 'a');
  AccessLine line = some_line();
  line.request_id = line.method = line.path = line.client = huge;
  const std::string written = line_of(line);
  EXPECT_THAT(written, HasSubstr("\"path\":\"" + std::string(256, 'a') + "\""));
  EXPECT_THAT(written, HasSubstr("\"client\":\"" + std::string(64, 'a') + "\""));
}

TEST(AccessLog, HostileTexts_AreEscapedAndStayJson) {
  std::string all;
  for (int c = 0; c < 256; ++c) {
    if (c != '?') all += static_cast<char>(c);
  }
  AccessLine line = some_line();
  line.request_id = line.method = line.path = line.client = all;
  const std::string written = line_of(line);
  EXPECT_THAT(written, Not(HasSubstr("\x1b")));
  EXPECT_TRUE(is_utf8(written));
  boost::system::error_code failure;
  boost::json::parse(written, failure);
  EXPECT_FALSE(failure) << written;
}

TEST(AccessLog, WorstLines_NeverOverrunTheBuffer) {
  const std::string worst(300, '\x01');
  const auto lines = lines_of([&worst](AccessLog& log) {
    AccessLine line = some_line();
    line.request_id = line.method = line.path = line.client = worst;
    line.bytes = std::numeric_limits<std::uint64_t>::max();
    line.status = std::numeric_limits<unsigned>::max();
    line.duration = std::chrono::microseconds::max();
    for (int i = 0; i < 50; ++i) log.append(line);
  });
  EXPECT_EQ(lines.size(), 50U);
}

TEST(AccessLog, NegativeDuration_IsWrittenAsZero) {
  AccessLine line = some_line();
  line.duration = std::chrono::microseconds{-5};
  EXPECT_THAT(line_of(line), HasSubstr("\"duration_us\":0,"));
}

TEST(AccessLog, ManyLines_AllArriveInOrder) {
  constexpr unsigned count = 20'000;
  constexpr unsigned lines_per_flush = 200;
  constexpr unsigned first_status = 100'000;  // so that all lines have one length
  AccessLine line = some_line();
  line.status = first_status;
  const std::size_t line_bytes = line_of(line).size() + 1;
  const CapturedOutput output;
  LogQueue queue{LineWriter{output.descriptor()}};
  AccessLog log{&queue};
  for (unsigned i = 1; i <= count; ++i, ++line.status) {
    log.append(line);
    if (i % lines_per_flush != 0) continue;
    log.flush();
    while (output.size() < i * line_bytes && queue.dropped_lines() == 0) std::this_thread::yield();
  }
  EXPECT_EQ(queue.dropped_lines(), 0U);
  const auto written = output.lines();
  ASSERT_EQ(written.size(), count);
  for (unsigned i = 0; i < count; ++i) {
    ASSERT_THAT(written[i], HasSubstr("\"status\":" + std::to_string(first_status + i) + ","));
  }
}

TEST(AccessLog, Flush_WritesWhatIsThere) {
  const CapturedOutput output;
  LogQueue queue{LineWriter{output.descriptor()}};
  AccessLog log{&queue};
  log.flush();
  log.append(some_line());
  log.flush();
  while (output.text().empty()) std::this_thread::yield();
  EXPECT_EQ(output.lines().size(), 1U);
}

TEST(AccessLog, WithoutQueue_DoesNothing) {
  AccessLog log{nullptr};
  EXPECT_FALSE(log.is_enabled());
  log.append(some_line());
  log.flush();
}

TEST(AccessLog, Disabled_WritesNothingUntilItIsEnabled) {
  const CapturedOutput output;
  LogQueue queue{LineWriter{output.descriptor()}};
  AccessLog log{&queue, false};
  EXPECT_FALSE(log.is_enabled());
  log.append(some_line());
  log.enable(true);
  log.append(some_line());
  log.enable(false);
  log.append(some_line());
  while (output.text().empty()) std::this_thread::yield();
  log.flush();
  EXPECT_EQ(output.lines().size(), 1U) << "what was written before it was disabled";
}

TEST(AccessLog, StuckReader_StopsNobodyAndIsCounted) {
  Pipe pipe;
  LogQueue queue{LineWriter{pipe.writer(), gatehouse::testing::patience}};
  AccessLog log{&queue};
  constexpr unsigned count = 20'000;
  const auto start = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < count; ++i) log.append(some_line());
  log.flush();
  EXPECT_LT(std::chrono::steady_clock::now() - start, gatehouse::testing::patience / 3);
  EXPECT_GE(queue.dropped_lines(), count / 2);
  pipe.close_reader();  // otherwise the writer's end would wait for it
}

}  // namespace
}  // namespace gatehouse::telemetry::testing
