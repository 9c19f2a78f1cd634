#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <tuple>

#include "database/errors.hpp"
#include "support/run_until.hpp"
#include "support/scripted_database.hpp"
#include "unit/api/api_fixture.hpp"
#include "unit/database/sqlite/full_disk.hpp"

namespace gatehouse::api {
namespace {

using http::Method;
using http::Status;

using ServiceRoutesTest = ApiFixture;

INSTANTIATE_TEST_SUITE_P(Sqlite, ServiceRoutesTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);

TEST_P(ServiceRoutesTest, GreetingAndDescription_NeedNoKey) {
  const Reply greeting = ask_with(dispatcher_, Method::get, "/", {}, {});
  EXPECT_EQ(greeting.body, R"({"name":"Gatehouse","documentation":"/openapi.yaml","health":"/health"})");
  const Reply description = ask_with(dispatcher_, Method::get, "/openapi.yaml", {}, {});
  EXPECT_EQ(description.body, "f\r\nopenapi: 3.1.0\n\r\n0\r\n\r\n");
  EXPECT_TRUE(description.head.contains("Content-Type: application/yaml\r\n"));
}

TEST_P(ServiceRoutesTest, Greeting_OfABrowser_IsAPageThatMayHaveStylesAndNothingElse) {
  const Reply page =
      ask_with(dispatcher_, Method::get, "/", {}, {{http::Field::accept, "text/html,application/xhtml+xml,*/*;q=0.8"}});
  EXPECT_TRUE(page.body.starts_with("<!doctype html>"));
  EXPECT_TRUE(page.head.contains("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_TRUE(page.head.contains(
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n"));
  EXPECT_EQ(page.head.find("Content-Security-Policy"), page.head.rfind("Content-Security-Policy"));
  EXPECT_TRUE(page.head.contains("Cache-Control: no-store\r\n"));
  EXPECT_TRUE(page.head.contains("Vary: Accept\r\n"));
}

TEST_P(ServiceRoutesTest, Health_WithADatabase_IsGood) {
  const Reply reply = ask_with(dispatcher_, Method::get, "/health", {}, {});
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_TRUE(reply.body.starts_with(R"({"status":"healthy","timestamp":"2025-01-22T10:30:00.000Z","uptime":)"));
  EXPECT_TRUE(reply.body.ends_with(R"(,"environment":"test"})"));
}

TEST_P(ServiceRoutesTest, Health_WhileTheSchemaIsNotReady_Is503) {
  ready_ = false;
  const Reply reply = ask_with(dispatcher_, Method::get, "/health", {}, {});
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_TRUE(reply.head.contains("Retry-After: 1\r\n"));
  EXPECT_TRUE(reply.body.starts_with(
      R"({"status":"unhealthy","error":"Database schema not ready","requestId":"test","timestamp":)"));
}

/// What a service says of its health if its database answers by this script; empty while it is healthy.
class HealthOfADatabase {
 public:
  explicit HealthOfADatabase(testing::ScriptedDatabase::Script script) : database_(std::move(script)) {}

  std::string ask() { return std::string{to_text(testing::run_task(io_, health_.ask(database_)))}; }
  /// Asks `times` times, all at once.
  void ask_times(int times) {
    int answered = 0;
    const auto count = [&](std::exception_ptr, Finding) { ++answered; };
    for (int i = 0; i < times; ++i) boost::asio::co_spawn(io_, health_.ask(database_), count);
    ASSERT_TRUE(testing::run_until(io_, [&] { return answered == times; }));
  }
  [[nodiscard]] std::size_t proofs() const { return database_.statements.size(); }
  [[nodiscard]] const std::vector<std::string>& told() const { return told_; }

 private:
  boost::asio::io_context io_{1};
  testing::ScriptedDatabase database_;
  testing::ManualClock clock_;
  std::atomic<bool> ready_ = true;
  std::vector<std::string> told_;
  Health health_{{.clock = clock_,
                  .schema_ready = ready_,
                  .newest_migration = "20261124_001_newest",
                  .patience = testing::patience,
                  .on_change = [this](std::string_view reason) { told_.emplace_back(reason); }}};
};

database::Rows one_row_touched(std::string_view /*statement*/, const database::Parameters& /*none*/) {
  database::Rows rows{0};
  rows.set_affected(1);
  return rows;
}

TEST(Health, DatabaseThatTakesTheWrite_IsHealthy) {
  HealthOfADatabase health{one_row_touched};
  EXPECT_EQ(health.ask(), "");
  EXPECT_TRUE(health.told().empty());
}

TEST(Health, WhatIsWrong_IsNamedForEverybody_AndInFullForTheLog) {
  using database::Unavailable;
  using Reason = Unavailable::Reason;
  for (const auto& [reason, problem] :
       std::vector<std::pair<Reason, std::string>>{{Reason::connection, "Database unavailable"},
                                                   {Reason::deadline, "Database unavailable"},
                                                   {Reason::read_only, "Database read-only"},
                                                   {Reason::storage, "Database storage failed"}}) {
    HealthOfADatabase health{[reason](std::string_view, const database::Parameters&) -> database::Rows {
      throw Unavailable{reason, "its own words"};
    }};
    EXPECT_EQ(health.ask(), problem);
    EXPECT_EQ(health.told(), std::vector<std::string>{"its own words"});
  }
}

TEST(Health, SchemaThatWasTakenAway_DoesNotFit) {
  HealthOfADatabase health{[](std::string_view, const database::Parameters&) -> database::Rows {
    throw database::StatementFailed{"42P01: relation \"leases\" does not exist"};
  }};
  EXPECT_EQ(health.ask(), "Database schema does not fit");
}

TEST(Health, ManyWhoAsk_CostOneProof) {
  HealthOfADatabase health{one_row_touched};
  health.ask_times(100);
  health.ask_times(100);
  EXPECT_LE(health.proofs(), 3U) << "one, unless the machine stood still for seconds meanwhile";
}

TEST_P(ServiceRoutesTest, Health_NewestMigrationRolledBack_Is503_ThoughTheDatabaseAnswers) {
  run_script("DELETE FROM gatehouse_migrations WHERE name = '" + newest_migration_ + "'");
  const Reply reply = ask_with(dispatcher_, Method::get, "/health", {}, {});
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_TRUE(reply.body.starts_with(R"({"status":"unhealthy","error":"Database schema does not fit",)"));
  EXPECT_EQ(told_, std::vector<std::string>{"the migration " + newest_migration_ + " is not applied"});
}

TEST_P(ServiceRoutesTest, Health_OnAFullDisk_Is503_ThoughTheDatabaseCanBeRead) {
  Reply reply;
  {
    const database::sqlite::FullDisk full;
    reply = ask_with(dispatcher_, Method::get, "/health", {}, {});
  }
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_TRUE(reply.body.starts_with(R"({"status":"unhealthy","error":"Database storage failed",)")) << reply.body;
}

// While replicas are replaced one after another, the old ones go on serving.
TEST_P(ServiceRoutesTest, Health_MigrationsOfANewerProgram_AreNoProblem) {
  run_script("INSERT INTO gatehouse_migrations (name, batch, applied_at) VALUES ('29991231_001_newer', 2, 0)");
  EXPECT_EQ(ask_with(dispatcher_, Method::get, "/health", {}, {}).status, Status::ok);
}

/// The readiness after the service has checked its health.
class ReportedReadinessTest : public ApiFixture {
 protected:
  Reply ask_ready() {
    std::ignore = ask_with(dispatcher_, Method::get, "/health", {}, {});
    return ask_with(dispatcher_, Method::get, "/health/ready", {}, {});
  }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, ReportedReadinessTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);

TEST_P(ReportedReadinessTest, FullDisk_Is503_AndLifeIsNot) {
  const database::sqlite::FullDisk full;
  const Reply readiness = ask_ready();
  EXPECT_EQ(readiness.status, Status::service_unavailable);
  EXPECT_EQ(readiness.body, R"({"status":"not ready","reasons":["database"]})");
  EXPECT_EQ(ask_with(dispatcher_, Method::get, "/health/live", {}, {}).status, Status::ok);
}

TEST_P(ReportedReadinessTest, DatabaseThatTakesWrites_IsReady) {
  const Reply reply = ask_ready();
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_EQ(reply.body, R"({"status":"ready"})");
}

TEST_P(ReportedReadinessTest, NothingFoundYet_Is503_ThoughTheDatabaseIsThere) {
  const Reply reply = ask_with(dispatcher_, Method::get, "/health/ready", {}, {});
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_EQ(reply.body, R"({"status":"not ready","reasons":["database"]})");
}

TEST_P(ReportedReadinessTest, SchemaNotReady_Is503_WithATimeToAskAgain) {
  ready_ = false;
  const Reply reply = ask_ready();
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_TRUE(reply.head.contains("Retry-After: 1\r\n"));
  EXPECT_EQ(reply.body, R"({"status":"not ready","reasons":["schema"]})");
}

TEST_P(ServiceRoutesTest, Life_WithALoopThatDoesNotTurn_Is503) {
  const std::size_t turning = parts_.pulse.add_loop();
  std::ignore = parts_.pulse.add_loop();
  for (std::uint32_t i = 0; i < service::SharedParts::missed_beats_max; ++i) parts_.pulse.beat(turning);
  const Reply life = ask_with(dispatcher_, Method::get, "/health/live", {}, {});
  EXPECT_EQ(life.status, Status::service_unavailable);
  EXPECT_EQ(life.body, R"({"status":"stuck"})");
}

TEST_P(ServiceRoutesTest, Stopping_IsSaidByReadinessAndHealthButNotByLife) {
  lifecycle_.stopping = true;
  ASSERT_EQ(ask_with(dispatcher_, Method::get, "/health", {}, {}).status, Status::service_unavailable);
  const Reply readiness = ask_with(dispatcher_, Method::get, "/health/ready", {}, {});
  EXPECT_EQ(readiness.status, Status::service_unavailable);
  EXPECT_EQ(readiness.body, R"({"status":"not ready","reasons":["stopping"]})");
  const Reply health = ask_with(dispatcher_, Method::get, "/health", {}, {});
  EXPECT_EQ(health.status, Status::service_unavailable);
  EXPECT_TRUE(
      health.body.starts_with(R"({"status":"draining","error":"Shutting down","requestId":"test","timestamp":)"));
  const Reply life = ask_with(dispatcher_, Method::get, "/health/live", {}, {});
  EXPECT_EQ(life.status, Status::ok);
  EXPECT_EQ(life.body, R"({"status":"live"})");
}

}  // namespace
}  // namespace gatehouse::api
