#include "telemetry/readable_lines.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"
#include "telemetry/access_log.hpp"
#include "telemetry/log.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::telemetry::testing {
namespace {

constexpr TimePoint event_time = from_unix_us(1'737'541'800'123'456);

std::string readable_event(std::string_view fields) {
  return to_readable(R"({"time":"2025-01-22T10:30:00.123Z","level":"info","event":"e")" + std::string{fields} + "}\n");
}

TEST(ReadableLines, Event_IsItsTimeLevelNameAndFields) {
  EXPECT_EQ(readable_event(R"(,"host":"127.0.0.1","port":8000,"tls":false)"),
            "10:30:00.123 info  e host=127.0.0.1 port=8000 tls=false\n");
  EXPECT_EQ(readable_event(""), "10:30:00.123 info  e\n");
}

TEST(ReadableLines, OnATerminal_TheLevelIsColoured) {
  constexpr std::string_view line = R"({"time":"2025-01-22T10:30:00.123Z","level":"warn","event":"e"})";
  EXPECT_EQ(to_readable(line, Colours::ansi), "10:30:00.123 \x1b[33mwarn\x1b[0m  e\n");
}

TEST(ReadableLines, TextWhoseEndIsNotSeen_KeepsItsQuotes) {
  EXPECT_EQ(readable_event(R"(,"a":"two words","b":"","c":"x=y","d":"say \"hi\"")"),
            "10:30:00.123 info  e a=\"two words\" b=\"\" c=\"x=y\" d=\"say \\\"hi\\\"\"\n");
}

TEST(ReadableLines, ControlCharacters_DoNotReachTheTerminal) {
  EXPECT_EQ(readable_event(R"(,"path":"\u001b[2J\r\n")"), "10:30:00.123 info  e path=\"\\u001b[2J\\r\\n\"\n");
}

TEST(ReadableLines, LineThatIsNotOfTheLog_StaysAsItIs) {
  for (const std::string line : {"", "words", "{}", "{", R"({"a":1})", R"({"time":"x","level":"info","event":"e"})",
                                 R"({"time":"2025-01-22T10:30:00.123Z","level":"info","event":"e")", R"({"a":{"b":1}})",
                                 R"({"time":"2025-01-22T10:30:00.123Z","level":"info","event":"e","a":})"}) {
    EXPECT_EQ(to_readable(line + "\n"), line + "\n");
  }
}

/// What both logs write through a queue of this form.
std::vector<std::string> lines_in(LineForm form) {
  const CapturedOutput output;
  const gatehouse::testing::ManualClock clock{event_time};
  {
    LogQueue queue{LineWriter{output.descriptor()}, LogQueue::lines_max_default, form};
    Log log{queue, clock};
    AccessLog access{&queue};
    log.error("server_failed", {{"reason", "Address already in use"}});
    for (const int duration_us : {42, 1300, 2'345'678}) {
      access.append({.time = event_time,
                     .request_id = "4711",
                     .trace_id = {},
                     .method = "GET",
                     .path = "/users?limit=2",
                     .status = 401,
                     .code = "invalid_api_key",
                     .bytes = 512,
                     .duration = std::chrono::microseconds{duration_us},
                     .client = "127.0.0.1"});
    }
  }
  return output.lines();
}

TEST(ReadableLines, Queue_WritesEventsAndRequestsSo) {
  EXPECT_EQ(
      lines_in(LineForm::readable),
      (std::vector<std::string>{"10:30:00.123 error server_failed reason=\"Address already in use\"",
                                "10:30:00.123 info  GET /users 401 invalid_api_key 512 B 42 \xC2\xB5s from 127.0.0.1",
                                "10:30:00.123 info  GET /users 401 invalid_api_key 512 B 1.3 ms from 127.0.0.1",
                                "10:30:00.123 info  GET /users 401 invalid_api_key 512 B 2.3 s from 127.0.0.1"}));
  EXPECT_TRUE(lines_in(LineForm::json).front().starts_with("{\"time\":"));
}

}  // namespace
}  // namespace gatehouse::telemetry::testing
