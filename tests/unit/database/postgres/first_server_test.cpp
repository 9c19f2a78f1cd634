#include "database/postgres/first_server.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

TEST(FirstServer, StaysWithTheOneThatWasConnectedTo) {
  FirstServer first;
  EXPECT_EQ(first.get(), 0U);
  EXPECT_TRUE(first.connect(0, 2));
  EXPECT_EQ(first.get(), 2U);
  EXPECT_EQ(first.connected(), 2U);
}

TEST(FirstServer, AttemptThatBeganBeforeAnotherServerWasFound_CountsForNothing) {
  FirstServer first;
  ASSERT_TRUE(first.connect(0, 2));
  EXPECT_FALSE(first.connect(0, 0)) << "it came back, and takes itself for the primary";
  EXPECT_FALSE(first.connect(0, 1));
  EXPECT_EQ(first.get(), 2U);
  EXPECT_EQ(first.connected(), 2U);
  EXPECT_TRUE(first.connect(0, 2)) << "others found the same one";
  EXPECT_TRUE(first.connect(2, 1)) << "which began later";
  EXPECT_EQ(first.connected(), 1U);
}

TEST(FirstServer, PassedOverServer_IsStillTheOneThatIsConnectedTo) {
  FirstServer first;
  first.pass_over(0, 0, 2);
  EXPECT_EQ(first.get(), 1U);
  EXPECT_EQ(first.connected(), 0U);
}

TEST(FirstServer, SilentOne_IsPassedOver_OnceForAllThatBeganThere) {
  FirstServer first;
  first.pass_over(0, 0, 3);
  first.pass_over(0, 0, 3);
  EXPECT_EQ(first.get(), 1U);
}

TEST(FirstServer, BehindTheOneThatAnAttemptReached_TheNextBegins) {
  FirstServer first;
  first.pass_over(0, 1, 3);
  EXPECT_EQ(first.get(), 2U);
}

TEST(FirstServer, BehindTheLastOne_ComesTheFirst) {
  FirstServer first;
  ASSERT_TRUE(first.connect(0, 1));
  first.pass_over(1, 1, 2);
  EXPECT_EQ(first.get(), 0U);
}

TEST(FirstServer, OnlyOne_IsAlwaysFirst) {
  FirstServer first;
  first.pass_over(0, 0, 1);
  EXPECT_EQ(first.get(), 0U);
}

}  // namespace
}  // namespace gatehouse::database::postgres
