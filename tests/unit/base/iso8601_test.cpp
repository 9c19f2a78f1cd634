#include "base/iso8601.hpp"

#include <gtest/gtest.h>

#include "base/calendar.hpp"

namespace gatehouse {
namespace {

TEST(ParseIso8601, WhatIsWritten_IsRead) {
  for (const auto us : {0LL, 1'737'541'800'123'000LL, -1'000LL, 1'709'164'800'000'000LL}) {
    EXPECT_EQ(parse_iso8601(to_iso8601(from_unix_us(us))), from_unix_us(us));
  }
  EXPECT_EQ(parse_iso8601(to_iso8601(calendar_begin)), calendar_begin);
}

TEST(ParseIso8601, ShorterForms_AreRead) {
  const TimePoint day = from_unix_us(1'737'504'000'000'000);
  EXPECT_EQ(parse_iso8601("2025-01-22"), day);
  EXPECT_EQ(parse_iso8601("2025-01-22T00:00:00Z"), day);
  EXPECT_EQ(parse_iso8601("2025-01-22T10:30:00Z"), from_unix_us(1'737'541'800'000'000));
  EXPECT_EQ(parse_iso8601("2025-01-22T00:00:00.1Z"), day + std::chrono::milliseconds{100});
  EXPECT_EQ(parse_iso8601("2025-01-22T00:00:00.000001Z"), day + std::chrono::microseconds{1});
}

TEST(ParseIso8601, OtherText_IsNothing) {
  for (const char* text : {"",
                           "2025",
                           "2025-1-22",
                           "2025-13-01",
                           "2025-00-01",
                           "2025-02-29",
                           "2025-01-32",
                           "2025-01-22T",
                           "2025-01-22T10:30Z",
                           "2025-01-22T24:00:00Z",
                           "2025-01-22T10:60:00Z",
                           "2025-01-22T10:30:60Z",
                           "2025-01-22T10:30:00",
                           "2025-01-22T10:30:00+01:00",
                           "2025-01-22T10:30:00.Z",
                           "2025-01-22T10:30:00.0000001Z",
                           "2025-01-22 10:30:00Z",
                           "2025-01-22T10:30:00Zx",
                           " 2025-01-22",
                           "+025-01-22",
                           "12025-01-22"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace gatehouse
