#include "flows/login/login_turns.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <list>

namespace gatehouse::flows {
namespace {

using database::Unavailable;
using Turn = LoginTurns::Turn;

constexpr UserId ada{1};
constexpr UserId eve{2};

/// Logins that keep their turn until the test ends it. The log has their names in the order in which they got one, with
/// `!` before those that were refused.
class LoginTurnsTest : public ::testing::Test {
 protected:
  static Task<> take_and_hold(LoginTurnsTest& test, UserId user, char name) {
    try {
      Turn turn = co_await test.turns_.take(user);
      test.log_ += name;
      test.held_.push_back(std::move(turn));
    } catch (const Unavailable& refusal) {
      EXPECT_EQ(refusal.reason(), Unavailable::Reason::overload);
      test.log_ += std::string{"!"} + name;
    }
  }

  void start(UserId user, char name) {
    boost::asio::co_spawn(io_, take_and_hold(*this, user, name), boost::asio::detached);
    run();
  }
  void end_first_turn() {
    held_.pop_front();
    run();
  }
  void run() {
    io_.restart();
    io_.poll();
  }

  boost::asio::io_context io_{1};
  LoginTurns turns_;
  std::list<Turn> held_;
  std::string log_;
};

TEST_F(LoginTurnsTest, LoginsOfOneUser_ComeOneAfterAnother) {
  start(ada, 'a');
  start(ada, 'b');
  start(ada, 'c');
  EXPECT_EQ(log_, "a");
  end_first_turn();
  EXPECT_EQ(log_, "ab");
  end_first_turn();
  EXPECT_EQ(log_, "abc");
  end_first_turn();
  start(ada, 'd');
  EXPECT_EQ(log_, "abcd");
}

TEST_F(LoginTurnsTest, LoginsOfOtherUsers_DoNotWait) {
  start(ada, 'a');
  start(eve, 'e');
  EXPECT_EQ(log_, "ae");
}

// One row that somebody keeps locked: without this each login would wait for it in turn, on a connection that others
// need.
TEST_F(LoginTurnsTest, RowThatCannotBeLocked_RefusesThoseWhoWaitForIt) {
  start(ada, 'a');
  start(ada, 'b');
  start(ada, 'c');
  start(eve, 'e');
  held_.front().refuse_others(Unavailable{Unavailable::Reason::overload, "locked"});
  run();
  EXPECT_EQ(log_, "ae!b!c");
  end_first_turn();
  start(ada, 'd');
  EXPECT_EQ(log_, "ae!b!cd");
}

TEST_F(LoginTurnsTest, TurnThatEndsAfterTheFlow_DoesNoHarm) {
  start(ada, 'a');
  turns_ = LoginTurns{};
  end_first_turn();
  EXPECT_EQ(log_, "a");
}

}  // namespace
}  // namespace gatehouse::flows
