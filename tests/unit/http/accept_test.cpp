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

}  // namespace
}  // namespace gatehouse::http
