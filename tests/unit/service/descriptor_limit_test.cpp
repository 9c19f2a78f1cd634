#include "service/descriptor_limit.hpp"

#include <gtest/gtest.h>

namespace gatehouse::service {
namespace {

TEST(DescriptorLimit, HighLimit_GivesWhatIsWanted) {
  constexpr ClientPlaces wanted{.connections = 10'000, .feed_readers = 5'000};
  EXPECT_EQ(places_below(1'000'000, wanted), wanted);
  EXPECT_EQ(places_below(~0ULL, wanted), wanted);
}

TEST(DescriptorLimit, LowLimit_LeavesSomeForTheRest) {
  constexpr ClientPlaces no_readers{.connections = 10'000, .feed_readers = 0};
  EXPECT_EQ(places_below(1024, no_readers).connections, 768u);
  EXPECT_EQ(places_below(128, no_readers).connections, 64u);
  EXPECT_EQ(places_below(0, no_readers).connections, 1u);
}

TEST(DescriptorLimit, Readers_GetWhatConnectionsLeave) {
  constexpr ClientPlaces wanted{.connections = 10'000, .feed_readers = 10'000};
  EXPECT_EQ(places_below(16'640, wanted), (ClientPlaces{.connections = 10'000, .feed_readers = 6'384}));
  EXPECT_EQ(places_below(1024, wanted), (ClientPlaces{.connections = 672, .feed_readers = 96}));
  EXPECT_EQ(places_below(0, wanted), (ClientPlaces{.connections = 1, .feed_readers = 0}));
}

}  // namespace
}  // namespace gatehouse::service
