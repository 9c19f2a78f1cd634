#include "database/postgres/pool_share.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace gatehouse::database::postgres {
namespace {

PoolShare share(unsigned least, unsigned most, unsigned sharers) {
  return share_of({.connections_min = least, .connections_max = most}, sharers);
}

TEST(PoolShare, AllPoolsAndTheFeed_StayWithinTheProcess) {
  for (unsigned most = 3; most <= 100; ++most) {
    for (unsigned sharers = 1; sharers <= most - feed_connections; ++sharers) {
      EXPECT_LE(sharers * share(2, most, sharers).connections_max + feed_connections, most) << most << " / " << sharers;
    }
  }
  EXPECT_EQ(share(2, 10, 1).connections_max, 8U);
  EXPECT_EQ(share(2, 10, 3).connections_max, 2U);
}

TEST(PoolShare, MoreIoThreadsThanConnections_GetOneEach) {
  EXPECT_EQ(share(2, 10, 64).connections_max, 1U);
  EXPECT_EQ(share(0, 1, 1).connections_max, 1U);
  EXPECT_EQ(share(0, 0, 1).connections_max, 1U);
}

TEST(PoolShare, Minimum_IsDividedToo_AtLeastOneAndNotAboveTheMaximum) {
  EXPECT_EQ(share(8, 10, 2).connections_min, 4U);
  EXPECT_EQ(share(2, 10, 4).connections_min, 1U);
  EXPECT_EQ(share(0, 10, 1).connections_min, 1U);
  EXPECT_EQ(share(10, 10, 2).connections_min, 4U);
}

TEST(PoolShare, OfMoreThanThereAreConnections_IsOne) {
  EXPECT_EQ(share(2, 10, std::numeric_limits<unsigned>::max()).connections_max, 1U);
  EXPECT_EQ(share(10, 10, std::numeric_limits<unsigned>::max()).connections_min, 1U);
}

TEST(PoolShare, OfNobody_IsThatOfOne) { EXPECT_EQ(share(2, 10, 0).connections_max, 8U); }

}  // namespace
}  // namespace gatehouse::database::postgres
