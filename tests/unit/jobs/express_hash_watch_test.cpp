#include "jobs/express_hash_watch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/run_task.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::jobs {
namespace {

using database::Rows;
using database::Unavailable;

class ExpressHashWatchTest : public ::testing::Test {
 protected:
  Rows answer() {
    if (away_) throw Unavailable{Unavailable::Reason::connection, "the database is down"};
    return Rows{1};
  }
  void run_once() { testing::run_task(io_, watch_.run(std::nullopt)); }

  bool away_ = false;
  boost::asio::io_context io_{1};
  crypto::SystemRandom random_;
  runtime::WorkerPool pool_{{.name = "hashing"}};
  passwords::PasswordService passwords_{pool_, passwords::PasswordSettings{}, random_};
  testing::ScriptedDatabase database_{[this](std::string_view, const database::Parameters&) { return answer(); }};
  const Job watch_ = express_hash_watch(database_, passwords_);
};

TEST_F(ExpressHashWatchTest, Run_AsksForRowsWithASalt) {
  run_once();
  EXPECT_EQ(database_.statements, std::vector<std::string>{"users_find_express_hash"});
  EXPECT_FALSE(passwords_.express_hashes_present());
}

TEST_F(ExpressHashWatchTest, RunWithTheDatabaseAway_ThrowsAndLeavesWhatIsKnown) {
  away_ = true;
  EXPECT_THROW(run_once(), Unavailable);
  EXPECT_TRUE(passwords_.express_hashes_present());
}

TEST_F(ExpressHashWatchTest, EveryReplica_LooksForItself) {
  EXPECT_FALSE(watch_.lease);
  EXPECT_EQ(watch_.name, "express_hash_watch");
}

}  // namespace
}  // namespace gatehouse::jobs
