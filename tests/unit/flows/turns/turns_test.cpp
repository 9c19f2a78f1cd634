#include "flows/turns/turns.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <list>

namespace gatehouse::flows {
namespace {

using database::Unavailable;
using Turn = Turns::Turn;

constexpr std::chrono::seconds patience{300};
const std::string ada = "ada";
const std::string eve = "eve";

/// Logins that keep their turn until the test ends it. The log has their names in the order in which they got one, with
/// `!` before those that were refused.
class TurnsTest : public ::testing::Test {
 protected:
  static Task<> take_and_hold(TurnsTest& test, std::string user, char name) {
    try {
      Turn turn = co_await test.turns_.take(std::move(user));
      test.log_ += name;
      test.held_.push_back(std::move(turn));
    } catch (const Unavailable& refusal) {
      EXPECT_EQ(refusal.reason(), Unavailable::Reason::overload);
      test.log_ += std::string{"!"} + name;
    }
  }

  void start(std::string user, char name) {
    boost::asio::co_spawn(io_, take_and_hold(*this, std::move(user), name), boost::asio::detached);
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
  Turns turns_{patience};
  std::list<Turn> held_;
  std::string log_;
};

TEST_F(TurnsTest, LoginsOfOneUser_ComeOneAfterAnother) {
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

TEST_F(TurnsTest, LoginsOfOtherUsers_DoNotWait) {
  start(ada, 'a');
  start(eve, 'e');
  EXPECT_EQ(log_, "ae");
}

// Somebody keeps one row locked: without this each login would wait for it in turn, on a connection that others need.
TEST_F(TurnsTest, RowThatCannotBeLocked_RefusesThoseWhoWaitForIt) {
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

TEST_F(TurnsTest, TurnThatEndsAfterTheFlow_DoesNoHarm) {
  start(ada, 'a');
  turns_ = Turns{patience};
  end_first_turn();
  EXPECT_EQ(log_, "a");
}

}  // namespace
}  // namespace gatehouse::flows
