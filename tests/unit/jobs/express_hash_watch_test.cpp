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
  Rows answer(std::string_view statement) {
    if (away_) throw Unavailable{Unavailable::Reason::connection, "the database is down"};
    Rows rows{1};
    if (statement == "users_sample_hashes") {
      for (const std::string& hash : other_hashes_) rows.add_text(hash);
    }
    return rows;
  }
  void run_once() { testing::run_task(io_, watch_.run(std::nullopt)); }

  bool away_ = false;
  std::vector<std::string> other_hashes_;
  boost::asio::io_context io_{1};
  crypto::SystemRandom random_;
  runtime::WorkerPool pool_{{.name = "hashing"}};
  passwords::PasswordService passwords_{pool_, passwords::PasswordSettings{}, random_};
  testing::ScriptedDatabase database_{
      [this](std::string_view statement, const database::Parameters&) { return answer(statement); }};
  const Job watch_ = express_hash_watch(database_, passwords_);
};

TEST_F(ExpressHashWatchTest, Run_AsksForRowsWithASalt) {
  run_once();
  EXPECT_EQ(database_.statements, (std::vector<std::string>{"users_find_express_hash", "users_sample_hashes"}));
  EXPECT_FALSE(passwords_.express_hashes_present());
}

TEST_F(ExpressHashWatchTest, FormatsOfEarlierSettingsAndImports_AreLookedForEachTime) {
  other_hashes_ = {"$nobody can read this", "$pbkdf2-sha512$i=1000$c2FsdHNhbHRzYWx0$ZGlnZXN0ZGlnZXN0ZGlnZXN0"};
  run_once();
  EXPECT_TRUE(passwords_.formats_known());
  const passwords::FormatsInUse formats = passwords_.formats_in_use();
  EXPECT_EQ(formats.retired, std::vector<passwords::PhcFormat>{passwords::Pbkdf2Cost{.iterations = 1000}});
  other_hashes_ = {"$5$salt$0123456789012345678901234567890123456789012"};
  run_once();
  EXPECT_EQ(passwords_.formats_in_use().retired.size(), 2U);
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
