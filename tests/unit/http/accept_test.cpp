#include "http/accept.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

constexpr std::string_view events = "text/event-stream";

TEST(Accept, TypeThatIsNamed_IsAccepted) {
  EXPECT_TRUE(accepts("text/event-stream", events));
  EXPECT_TRUE(accepts("application/json , TEXT/Event-Stream;q=0.9", events));
}

TEST(Accept, AnyTypeAtAll_IsNotThisOne) {
  EXPECT_FALSE(accepts("*/*", events));
  EXPECT_FALSE(accepts("text/*", events));
  EXPECT_FALSE(accepts("", events));
  EXPECT_FALSE(accepts("text/event-streams, text/event", events));
}

TEST(Accept, TypeThatIsRefused_IsNotAccepted) {
  EXPECT_FALSE(accepts("text/event-stream;q=0", events));
  EXPECT_FALSE(accepts("*/*, text/event-stream; charset=utf-8 ; Q=0.000", events));
  EXPECT_TRUE(accepts("text/event-stream;q=0.001", events));
  EXPECT_TRUE(accepts("text/event-stream;q=", events));
}

TEST(Accept, Coding_IsNamedOrNot) {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip;q=0.5", "gzip;q=1.0, identity;q=0"}) {
    EXPECT_TRUE(accepts(yes, "gzip")) << yes;
  }
  for (const char* no : {"", "identity", "gzip;q=0", "gzip; q=0.000", "x-gzipped", "br"}) {
    EXPECT_FALSE(accepts(no, "gzip")) << no;
  }
}

}  // namespace
}  // namespace gatehouse::http
