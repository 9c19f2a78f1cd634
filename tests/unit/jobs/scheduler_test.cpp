#include "jobs/scheduler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/steady_timer.hpp"
#include "support/manual_clock.hpp"
#include "support/run_until.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::jobs {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Coroutines wait at it until the test, or a cancellation, ends their wait. No time passes meanwhile.
class Gate {
 public:
  explicit Gate(boost::asio::io_context& io) : timer_(io, runtime::SteadyTimer::time_point::max()) {}

  Task<> pass() {
    boost::system::error_code opened;
    co_await timer_.async_wait(boost::asio::redirect_error(use_task, opened));
  }
  void open() { timer_.cancel(); }

 private:
  runtime::SteadyTimer timer_;
};

class SchedulerTest : public ::testing::Test {
 protected:
  Job job(std::string_view name, std::function<Task<>(std::optional<Lease>)> run) {
    return {.name = name, .interval = seconds{60}, .lease = std::nullopt, .run = std::move(run)};
  }

  std::function<Task<>(std::optional<Lease>)> noting(std::string what) {
    return [this, what](const std::optional<Lease>&) { return note(what); };
  }
  Task<> note(std::string what) {
    runs_.push_back(what);
    co_return;
  }
  Task<> note_and_wait(std::string what, Gate& gate) {
    runs_.push_back(what);
    co_await gate.pass();
    runs_.push_back(what + " ended");
  }
  /// Busy without a wait that could be cancelled, like a call of the database.
  Task<> turn_until(const bool& may_end) {
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!may_end) co_await boost::asio::post(executor, use_task);
  }
  Task<> fail_at_first() {
    runs_.emplace_back("failing");
    if (runs_.size() == 1) throw std::runtime_error{"no luck"};
    co_return;
  }

  /// Ends the wait of everything that waits for its next run.
  void let_an_interval_pass() {
    intervals_.open();
    settle();
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  void settle_some() {
    constexpr int turns = 100;
    io_.restart();
    for (int i = 0; i < turns; ++i) io_.poll_one();
  }
  void stop() {
    scheduler_.stop([this] { ended_ = true; });
    settle();
  }

  Task<> pause(milliseconds time) {
    pauses_.push_back(time);
    return intervals_.pass();
  }

  database::Rows answer(std::string_view statement) {
    database::Rows rows{1};
    if (statement == "leases_take" && lease_is_free_) rows.add_text("this holder");
    return rows;
  }

  boost::asio::io_context io_{1};
  testing::ManualClock clock_;
  crypto::SystemRandom random_;
  bool lease_is_free_ = true;
  testing::ScriptedDatabase database_{
      [this](std::string_view statement, const database::Parameters&) { return answer(statement); }};
  LeaseStore leases_{database_, clock_, random_};
  Gate intervals_{io_};
  Gate long_run_{io_};
  std::vector<std::string> runs_;
  std::vector<std::string> failures_;
  std::vector<milliseconds> pauses_;
  bool ended_ = false;
  Scheduler scheduler_{{.io = io_,
                        .leases = leases_,
                        .on_failure =
                            [this](const Job& job, std::string_view reason) {
                              failures_.push_back(std::string{job.name} + ": " + std::string{reason});
                            },
                        .on_abandoned = [this](std::string_view reason) { failures_.emplace_back(reason); },
                        .pause = [this](milliseconds time) { return pause(time); }}};
};

TEST_F(SchedulerTest, Jobs_RunAtOnceInTheirOrderAndThenEveryInterval) {
  std::vector<Job> jobs{job("one", noting("one")), job("two", noting("two"))};
  jobs[1].interval = seconds{5};
  scheduler_.start(std::move(jobs));
  settle();
  EXPECT_THAT(runs_, ElementsAre("one", "two"));
  EXPECT_THAT(pauses_, ElementsAre(seconds{60}, seconds{5}));
  let_an_interval_pass();
  EXPECT_EQ(runs_.size(), 4u);
  stop();
}

TEST_F(SchedulerTest, RunThatTakesLong_DelaysNeitherOtherJobsNorOverlapsItself) {
  scheduler_.start({job("long", [this](const std::optional<Lease>&) { return note_and_wait("long", long_run_); }),
                    job("short", noting("short"))});
  settle();
  let_an_interval_pass();
  EXPECT_THAT(runs_, ElementsAre("long", "short", "short"));
  long_run_.open();
  settle();
  EXPECT_THAT(runs_, ElementsAre("long", "short", "short", "long ended"));
  let_an_interval_pass();
  EXPECT_EQ(std::ranges::count(runs_, "long"), 2);
  stop();
  EXPECT_TRUE(ended_) << "what it waits for is cancelled";
}

TEST_F(SchedulerTest, FailedRun_IsReportedAndTriedAgain) {
  scheduler_.start({job("failing", [this](const std::optional<Lease>&) { return fail_at_first(); })});
  settle();
  EXPECT_THAT(failures_, ElementsAre("failing: no luck"));
  let_an_interval_pass();
  EXPECT_THAT(runs_, ElementsAre("failing", "failing"));
  EXPECT_EQ(failures_.size(), 1u);
  stop();
}

TEST_F(SchedulerTest, StopWhileJobsWait_EndsAtOnceAndForGood) {
  scheduler_.start({job("one", noting("one")), job("two", noting("two"))});
  settle();
  EXPECT_FALSE(ended_);
  stop();
  EXPECT_TRUE(ended_);
  let_an_interval_pass();
  EXPECT_EQ(runs_.size(), 2u);
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(SchedulerTest, StopDuringARun_WaitsForItsEnd) {
  bool may_end = false;
  scheduler_.start({job("busy", [&](const std::optional<Lease>&) { return turn_until(may_end); })});
  settle_some();
  scheduler_.stop([this] { ended_ = true; });
  settle_some();
  EXPECT_FALSE(ended_);
  may_end = true;
  EXPECT_TRUE(testing::run_until(io_, [this] { return ended_; }));
  EXPECT_THAT(pauses_, IsEmpty());
}

TEST_F(SchedulerTest, StopBeforeAnythingRan_CallsBack) {
  stop();
  EXPECT_TRUE(ended_);
}

TEST_F(SchedulerTest, StopRightAfterTheStart_EndsToo) {
  scheduler_.start({job("one", noting("one"))});
  stop();
  EXPECT_TRUE(ended_);
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(SchedulerTest, LeasedJob_TakesItsLeaseAndGivesItBack) {
  Job leased = job("leased", noting("leased"));
  leased.lease = LeaseTerms{.name = "a lease", .duration = seconds{30}};
  scheduler_.start({leased});
  settle();
  EXPECT_THAT(database_.statements, ElementsAre("leases_take", "leases_give_back"));
  EXPECT_THAT(runs_, ElementsAre("leased"));
  stop();
}

TEST_F(SchedulerTest, LeasedJobThatFails_GivesItsLeaseBackAndReportsItsOwnFailure) {
  Job leased = job("leased", [this](const std::optional<Lease>&) { return fail_at_first(); });
  leased.lease = LeaseTerms{.name = "a lease", .duration = seconds{30}};
  scheduler_.start({leased});
  settle();
  EXPECT_THAT(database_.statements, ElementsAre("leases_take", "leases_give_back"));
  EXPECT_THAT(failures_, ElementsAre("leased: no luck"));
  stop();
}

TEST_F(SchedulerTest, LeaseOfAnotherHolder_SkipsTheRunWithoutAFailure) {
  lease_is_free_ = false;
  Job leased = job("leased", noting("leased"));
  leased.lease = LeaseTerms{.name = "a lease", .duration = seconds{30}};
  scheduler_.start({leased});
  settle();
  EXPECT_THAT(runs_, IsEmpty());
  EXPECT_THAT(failures_, IsEmpty());
  lease_is_free_ = true;
  let_an_interval_pass();
  EXPECT_THAT(runs_, ElementsAre("leased"));
  stop();
}

}  // namespace
}  // namespace gatehouse::jobs
