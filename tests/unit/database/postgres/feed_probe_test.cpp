#include "database/postgres/feed_probe.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

using std::chrono::milliseconds;

constexpr FeedProbe::Instant start{};

TEST(FeedProbe, NewAttempt_IsNotReadyAndHasADeadline) {
  FeedProbe probe;
  probe.begin(start);
  EXPECT_FALSE(probe.is_ready());
  EXPECT_EQ(probe.due(), FeedProbe::Due::give_up);
  EXPECT_EQ(probe.due_at(), start + FeedProbe::deadline);
}

TEST(FeedProbe, LastProbeHeard_MakesItReadyUntilTheNextIsOverdue) {
  FeedProbe probe;
  probe.begin(start);
  const std::string payload = probe.send(start);
  EXPECT_TRUE(probe.hear(payload, start + milliseconds{5}));
  EXPECT_TRUE(probe.is_ready());
  EXPECT_EQ(probe.due(), FeedProbe::Due::probe);
  EXPECT_EQ(probe.due_at(), start + milliseconds{5} + FeedProbe::interval);
  const auto next = probe.due_at();
  EXPECT_NE(probe.send(next), payload);
  EXPECT_EQ(probe.due(), FeedProbe::Due::give_up);
  EXPECT_EQ(probe.due_at(), next + FeedProbe::deadline);
}

// Changes committed after a probe was sent may not have been heard when the probe is, however late that is.
TEST(FeedProbe, ProbeHeardLate_IsAProofFromItsSendingOn) {
  FeedProbe probe;
  probe.begin(start);
  const std::string payload = probe.send(start);
  ASSERT_TRUE(probe.hear(payload, start + std::chrono::hours{1}));
  EXPECT_EQ(probe.trusted_until(), start + FeedProbe::interval + FeedProbe::deadline);
}

TEST(FeedProbe, ProbeOfAnEarlierAttempt_ProvesNothing) {
  FeedProbe probe;
  probe.begin(start);
  const std::string earlier = probe.send(start);
  probe.lose();
  probe.begin(start);
  const std::string last = probe.send(start);
  EXPECT_FALSE(probe.hear(earlier, start));
  EXPECT_FALSE(probe.is_ready());
  EXPECT_TRUE(probe.hear(last, start));
}

TEST(FeedProbe, TextThatIsNoNumber_ProvesNothing) {
  FeedProbe probe;
  probe.begin(start);
  const std::string payload = probe.send(start);
  for (const std::string& text : {std::string{}, payload + "x", " " + payload, std::string{"-1"}}) {
    EXPECT_FALSE(probe.hear(text, start)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::database::postgres
