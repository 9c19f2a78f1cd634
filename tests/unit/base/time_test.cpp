#include "base/time.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace gatehouse {
namespace {

TEST(Iso8601, KnownMoments_AreWrittenWithMilliseconds) {
  EXPECT_EQ(to_iso8601(from_unix_us(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(from_unix_us(1737541800000000)), "2025-01-22T10:30:00.000Z");
}

TEST(Iso8601, Microseconds_AreTruncatedNotRounded) {
  EXPECT_EQ(to_iso8601(from_unix_us(999'999)), "1970-01-01T00:00:00.999Z");
  EXPECT_EQ(to_iso8601(from_unix_us(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Iso8601, LeapDay_IsWritten) { EXPECT_EQ(to_iso8601(from_unix_us(1709164800000000)), "2024-02-29T00:00:00.000Z"); }

// PostgreSQL's ±infinity and its most distant years are such numbers.
TEST(Iso8601, TimesOutsideTheCalendar_AreWrittenAsItsEnds) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(to_iso8601(from_unix_us(most)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(from_unix_us(253'402'300'800'000'000)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(from_unix_us(253'402'300'799'999'999)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(from_unix_us(least)), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(from_unix_us(-62'167'219'200'000'001)), "0000-01-01T00:00:00.000Z");
}

TEST(HttpDate, ExampleOfRfc9110_IsWritten) {
  std::string out;
  append_http_date(out, from_unix_us(784111777000000));
  EXPECT_EQ(out, "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace gatehouse
