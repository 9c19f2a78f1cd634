#include "api/readiness.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "database/errors.hpp"
#include "support/manual_boot_clock.hpp"
#include "support/manual_clock.hpp"
#include "support/patience.hpp"
#include "support/run_task.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::api {
namespace {

using database::Unavailable;
using namespace std::chrono_literals;

/// What a process says of its readiness if its database answers like `answer_`.
class ReadinessTest : public ::testing::Test {
 protected:
  using Answer = std::function<database::Rows()>;

  ReadinessTest() { lifecycle_.schema_ready = true; }

  static database::Rows take_the_write() {
    database::Rows rows{0};
    rows.set_affected(1);
    return rows;
  }
  static Answer fail_with(Unavailable::Reason reason) {
    return [reason]() -> database::Rows { throw Unavailable{reason, "its own words"}; };
  }

  /// What the process does every second.
  void look() { testing::run_task(io_, health_.renew(database_)); }

  Readiness readiness_that_needs_the_feed() {
    return Readiness{{.lifecycle = lifecycle_, .health = health_, .feed = feed_, .needs_feed = true}};
  }

  Answer answer_ = take_the_write;
  Health::Instant now_{1h};
  Lifecycle lifecycle_;
  boost::asio::io_context io_{1};
  testing::ScriptedDatabase database_{
      [this](std::string_view /*statement*/, const database::Parameters& /*none*/) { return answer_(); }};
  testing::ManualClock clock_;
  testing::ManualBootClock boot_clock_;
  database::FeedProof feed_{boot_clock_};
  Health health_{{.clock = clock_,
                  .schema_ready = lifecycle_.schema_ready,
                  .newest_migration = "20261124_001_newest",
                  .patience = testing::patience,
                  .now = [this] { return now_; }}};
  Readiness readiness_{{.lifecycle = lifecycle_, .health = health_, .feed = feed_, .needs_feed = false}};
};

TEST_F(ReadinessTest, DatabaseThatTakesTheWrite_IsReady) {
  look();
  EXPECT_EQ(readiness_.refusal(), "");
}

TEST_F(ReadinessTest, NothingFoundYet_IsNot) {
  EXPECT_EQ(readiness_.refusal(), R"({"status":"not ready","reasons":["database"]})");
  lifecycle_.schema_ready = false;
  EXPECT_EQ(readiness_.refusal(), R"({"status":"not ready","reasons":["schema"]})");
}

TEST_F(ReadinessTest, SchemaThatHasBecomeReadySinceTheLastLook_WasCalledNotReady) {
  lifecycle_.schema_ready = false;
  look();
  EXPECT_EQ(readiness_.refusal(), R"({"status":"not ready","reasons":["schema"]})");
  lifecycle_.schema_ready = true;
  EXPECT_EQ(readiness_.refusal(), "");
}

TEST_F(ReadinessTest, WhatIsWrongWithTheDatabase_IsTheReason) {
  using Reason = Unavailable::Reason;
  for (const auto& [reason, name] : std::vector<std::pair<Reason, std::string>>{{Reason::connection, "database"},
                                                                                {Reason::deadline, "database"},
                                                                                {Reason::overload, "database"},
                                                                                {Reason::storage, "database"},
                                                                                {Reason::read_only, "read_only"}}) {
    answer_ = fail_with(reason);
    look();
    EXPECT_EQ(readiness_.refusal(), R"({"status":"not ready","reasons":[")" + name + R"("]})");
  }
}

TEST_F(ReadinessTest, SchemaThatDoesNotFit_IsTheReason) {
  answer_ = [] { return database::Rows{0}; };
  look();
  EXPECT_EQ(readiness_.refusal(), R"({"status":"not ready","reasons":["schema"]})");
}

TEST_F(ReadinessTest, DatabaseThatComesBack_IsReadyAgain) {
  answer_ = fail_with(Unavailable::Reason::connection);
  look();
  EXPECT_NE(readiness_.refusal(), "");
  answer_ = take_the_write;
  look();
  EXPECT_EQ(readiness_.refusal(), "");
}

// While a database hangs, there are no new findings.
TEST_F(ReadinessTest, FindingThatIsTooOld_IsNoneAnyMore) {
  look();
  now_ += Health::trusted_for - 1ms;
  EXPECT_EQ(readiness_.refusal(), "");
  now_ += 1ms;
  EXPECT_EQ(readiness_.refusal(), R"({"status":"not ready","reasons":["database"]})");
  EXPECT_LT(Health::trusted_for, 2s) << "what operations.md promises";
}

TEST_F(ReadinessTest, ProcessThatEnds_SaysSoAtOnce) {
  look();
  lifecycle_.stopping = true;
  EXPECT_EQ(readiness_.refusal(), R"({"status":"not ready","reasons":["stopping"]})");
}

TEST_F(ReadinessTest, SilentFeed_CountsOnlyWhereItIsNeeded) {
  look();
  const Readiness strict = readiness_that_needs_the_feed();
  EXPECT_EQ(readiness_.refusal(), "");
  EXPECT_EQ(strict.refusal(), R"({"status":"not ready","reasons":["change_feed"]})");
  feed_.on_feed_proved(boot_clock_.now() + 2s);
  EXPECT_EQ(strict.refusal(), "");
  boot_clock_.advance(2s);
  EXPECT_EQ(strict.refusal(), R"({"status":"not ready","reasons":["change_feed"]})") << "the proof has ended";
  feed_.on_feed_proved(boot_clock_.now() + 2s);
  feed_.on_feed_lost();
  EXPECT_EQ(strict.refusal(), R"({"status":"not ready","reasons":["change_feed"]})");
}

TEST_F(ReadinessTest, EveryReason_IsNamed) {
  answer_ = fail_with(Unavailable::Reason::connection);
  look();
  lifecycle_.stopping = true;
  EXPECT_EQ(readiness_that_needs_the_feed().refusal(),
            R"({"status":"not ready","reasons":["database","stopping","change_feed"]})");
}

}  // namespace
}  // namespace gatehouse::api
