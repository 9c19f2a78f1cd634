#include "telemetry/log.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "support/manual_clock.hpp"
#include "support/patience.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::telemetry::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr TimePoint some_time = from_unix_us(1'737'541'800'123'456);

/// What a log writes in its life, which ends with `use`.
template <class Use>
std::vector<std::string> lines_of(Level level, Use use) {
  const CapturedOutput output;
  const gatehouse::testing::ManualClock clock{some_time};
  {
    LogQueue queue{LineWriter{output.descriptor()}};
    Log log{queue, clock, level};
    use(log);
  }
  return output.lines();
}

template <class Use>
std::string line_of(Use use) {
  const auto lines = lines_of(Level::info, use);
  EXPECT_EQ(lines.size(), 1U);
  return lines.empty() ? std::string{} : lines.front();
}

TEST(Log, Event_IsOneJsonLine) {
  const std::string name = "a string";
  const std::string line = line_of([&name](Log& log) {
    log.info("server_started", {{"host", "127.0.0.1"},
                                {"port", std::uint16_t{8000}},
                                {"tls", false},
                                {"free", std::string_view{"view"}},
                                {"name", name},
                                {"least", std::numeric_limits<std::int64_t>::min()}});
  });
  EXPECT_EQ(line, R"({"time":"2025-01-22T10:30:00.123Z","level":"info","event":"server_started","host":"127.0.0.1",)"
                  R"("port":8000,"tls":false,"free":"view","name":"a string","least":-9223372036854775808})");
}

TEST(Log, EachLevel_IsNamed) {
  const auto lines = lines_of(Level::trace, [](Log& log) {
    log.trace("a");
    log.debug("b");
    log.info("c");
    log.warn("d");
    log.error("e");
  });
  ASSERT_EQ(lines.size(), 5U);
  const char* const names[] = {"trace", "debug", "info", "warn", "error"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_THAT(lines[i], HasSubstr(std::string{"\"level\":\""} + names[i] + "\""));
  }
}

TEST(Log, LevelsBelowItsOwn_AreSilent) {
  const auto lines = lines_of(Level::warn, [](Log& log) {
    log.info("no");
    EXPECT_FALSE(log.is_enabled(Level::info));
    EXPECT_TRUE(log.is_enabled(Level::warn));
    log.warn("yes");
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("\"yes\""));
}

TEST(Log, LevelOff_IsSilent) {
  EXPECT_TRUE(lines_of(Level::off, [](Log& log) {
                log.error("no");
                log.write(Level::off, "no", {});
              }).empty());
}

TEST(Log, HostileText_IsEscaped) {
  const std::string line = line_of(
      [](Log& log) { log.warn("odd\nevent", {{"agent", "x\r\n{\"level\":\"error\"}\x1b[31m\xFF\xC2\x9B\x7f"}}); });
  for (const char* raw : {"\r", "\x1b", "\xFF", "\xC2\x9B", "\x7f"}) EXPECT_THAT(line, Not(HasSubstr(raw)));
  EXPECT_THAT(line, HasSubstr(R"("event":"odd\nevent")"));
  EXPECT_THAT(line, HasSubstr(R"(x\r\n{\"level\":\"error\"}\u001b[31m)"));
  EXPECT_TRUE(is_utf8(line));
}

TEST(Log, MegabyteField_IsCutBetweenCharacters) {
  std::string huge;
  for (int i = 0; i < 400'000; ++i) huge += "ä€";
  const std::string line = line_of([&huge](Log& log) { log.info("big", {{"text", huge}, {"after", 1}}); });
  EXPECT_LT(line.size(), field_bytes_max + 200);
  EXPECT_TRUE(is_utf8(line));
  EXPECT_THAT(line, Not(HasSubstr("\xEF\xBF\xBD")));
  EXPECT_THAT(line, HasSubstr("\xE2\x80\xA6\",\"after\":1}"));
}

TEST(Log, MegabyteOfContinuationBytes_IsBounded) {
  const std::string line = line_of([](Log& log) { log.info("big", {{"text", std::string(1 << 20, '\x80')}}); });
  EXPECT_LT(line.size(), 3 * field_bytes_max + 200);
  EXPECT_TRUE(is_utf8(line));
}

TEST(Log, ManyHugeFields_EndTheLine) {
  const std::string controls(field_bytes_max, '\x01');
  const std::string line = line_of(
      [&controls](Log& log) { log.info("big", {{"a", controls}, {"b", controls}, {"c", controls}, {"d", controls}}); });
  EXPECT_LT(line.size(), line_bytes_max + 6 * field_bytes_max + 100);
  EXPECT_TRUE(line.ends_with(",\"truncated\":true}"));
}

TEST(Log, EveryLine_IsValidJson) {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  const std::string line = line_of([&bytes](Log& log) { log.info(bytes, {{"all", bytes}, {"yes", true}}); });
  boost::system::error_code failure;
  const auto value = boost::json::parse(line, failure);
  ASSERT_FALSE(failure) << line;
  EXPECT_TRUE(value.as_object().at("yes").as_bool());
}

TEST(Log, StuckReader_StopsNobodyAndIsCounted) {
  Pipe pipe;
  LogQueue queue{LineWriter{pipe.writer(), gatehouse::testing::patience}, 16};
  const SystemClock clock;
  Log log{queue, clock};
  const std::string text(4000, 'x');
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 500; ++i) log.info("line", {{"text", text}});
  EXPECT_LT(std::chrono::steady_clock::now() - start, gatehouse::testing::patience / 3);
  EXPECT_GE(queue.dropped_lines(), 100U);
  pipe.close_reader();  // otherwise the log's end would wait for it
}

}  // namespace
}  // namespace gatehouse::telemetry::testing
