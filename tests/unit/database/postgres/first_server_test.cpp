#include "database/postgres/first_server.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

TEST(FirstServer, StaysWithTheOneThatWasConnectedTo) {
  FirstServer first;
  EXPECT_EQ(first.get(), 0U);
  first.prefer(2);
  EXPECT_EQ(first.get(), 2U);
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
  first.prefer(1);
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
