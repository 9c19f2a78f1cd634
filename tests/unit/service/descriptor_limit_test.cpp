#include "service/descriptor_limit.hpp"

#include <gtest/gtest.h>

namespace gatehouse::service {
namespace {

TEST(DescriptorLimit, HighLimit_GivesWhatIsWanted) {
  EXPECT_EQ(connections_below(1'000'000, 10'000), 10'000u);
  EXPECT_EQ(connections_below(~0ULL, 10'000), 10'000u);
}

TEST(DescriptorLimit, LowLimit_LeavesSomeForTheRest) {
  EXPECT_EQ(connections_below(1024, 10'000), 768u);
  EXPECT_EQ(connections_below(128, 10'000), 64u);
  EXPECT_EQ(connections_below(0, 10'000), 1u);
}

}  // namespace
}  // namespace gatehouse::service
