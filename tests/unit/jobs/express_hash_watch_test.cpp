#include "jobs/express_hash_watch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "support/run_task.hpp"
#include "support/run_until.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::jobs {
namespace {

using database::Rows;
using database::Unavailable;

class ExpressHashWatchTest : public ::testing::Test {
 protected:
  Rows answer() {
    if (away_) throw Unavailable{Unavailable::Reason::connection, "the database is away"};
    return Rows{1};
  }

  bool away_ = false;
  boost::asio::io_context io_{1};
  crypto::SystemRandom random_;
  runtime::WorkerPool pool_{{.name = "hashing"}};
  passwords::PasswordService passwords_{pool_, config::PasswordSettings{}, random_};
  testing::ScriptedDatabase database_{[this](std::string_view, const database::Parameters&) { return answer(); }};
  ExpressHashWatch watch_{database_, passwords_};
};

TEST_F(ExpressHashWatchTest, Refresh_AsksForRowsWithASalt) {
  testing::run_task(io_, watch_.refresh());
  EXPECT_EQ(database_.statements, std::vector<std::string>{"users_find_express_hash"});
}

TEST_F(ExpressHashWatchTest, RefreshWithTheDatabaseAway_Throws) {
  away_ = true;
  EXPECT_THROW(testing::run_task(io_, watch_.refresh()), Unavailable);
}

TEST_F(ExpressHashWatchTest, RunWithTheDatabaseAway_ReportsItAndEndsWhenCancelled) {
  away_ = true;
  std::string failure;
  bool ended = false;
  boost::asio::cancellation_signal stop;
  auto loop = watch_.run([&](std::string_view message) { failure = message; });
  boost::asio::co_spawn(io_, std::move(loop),
                        boost::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr) { ended = true; }));
  EXPECT_TRUE(testing::run_until(io_, [&] { return failure == "the database is away"; }));
  EXPECT_FALSE(ended);
  stop.emit(boost::asio::cancellation_type::terminal);
  EXPECT_TRUE(testing::run_until(io_, [&] { return ended; }));
}

}  // namespace
}  // namespace gatehouse::jobs
