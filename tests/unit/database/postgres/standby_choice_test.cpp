#include "database/postgres/standby_choice.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

using Chosen = std::optional<std::size_t>;

constexpr StandbyChoice::Instant begin{};
constexpr auto pause = StandbyChoice::behind_pause;

bool all_are_there(std::size_t /*position*/) { return true; }
bool none_is_there(std::size_t /*position*/) { return false; }
bool last_is_there(std::size_t position) { return position == 2; }

TEST(StandbyChoice, Standbys_AreAskedInTurn) {
  StandbyChoice choice{3};
  for (const std::size_t expected : {0UZ, 1UZ, 2UZ, 0UZ, 1UZ}) {
    EXPECT_EQ(choice.next(begin, all_are_there), Chosen{expected});
  }
}

TEST(StandbyChoice, OneThatIsAway_IsPassedOver) {
  StandbyChoice choice{3};
  EXPECT_EQ(choice.next(begin, last_is_there), Chosen{2});
  EXPECT_EQ(choice.next(begin, last_is_there), Chosen{2});
}

TEST(StandbyChoice, AllAway_NothingIsChosen) {
  StandbyChoice choice{2};
  EXPECT_EQ(choice.next(begin, none_is_there), Chosen{});
  EXPECT_EQ(choice.next(begin, all_are_there), Chosen{0});
}

TEST(StandbyChoice, OneThatIsBehind_IsLeftOutForThePause) {
  StandbyChoice choice{2};
  choice.put_off(0, begin, pause);
  EXPECT_EQ(choice.next(begin, all_are_there), Chosen{1});
  EXPECT_EQ(choice.next(begin, all_are_there), Chosen{1});
  EXPECT_EQ(choice.next(begin + pause, all_are_there), Chosen{0});
}

TEST(StandbyChoice, AllBehind_NothingIsChosenUntilThePauseIsOver) {
  StandbyChoice choice{1};
  choice.put_off(0, begin, pause);
  EXPECT_EQ(choice.next(begin + pause - std::chrono::nanoseconds{1}, all_are_there), Chosen{});
  EXPECT_EQ(choice.next(begin + pause, all_are_there), Chosen{0});
}

}  // namespace
}  // namespace gatehouse::database::postgres
