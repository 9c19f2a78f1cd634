#include <gtest/gtest.h>

#include "database/errors.hpp"
#include "support/scripted_database.hpp"
#include "unit/api/api_fixture.hpp"

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
  EXPECT_EQ(description.body, "openapi: 3.1.0\n");
  EXPECT_TRUE(description.head.contains("Content-Type: application/yaml\r\n"));
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

TEST_P(ServiceRoutesTest, Health_WhileTheDatabaseIsAway_Is503) {
  using database::Unavailable;
  testing::ScriptedDatabase away{[](std::string_view, const database::Parameters&) -> database::Rows {
    throw Unavailable{Unavailable::Reason::connection, "away"};
  }};
  ServiceRoutes service{away, clock_, config::Environment::test, lifecycle_, {}};
  const RouteTable routes = RouteList<ServiceRoutes>::bind(service);
  Dispatcher dispatcher{{.routes = routes,
                         .cors = cors_,
                         .access = &api_keys_,
                         .limiter = no_limits_.limiter(),
                         .ready = ready_,
                         .on_failure = {}}};
  const Reply reply = ask_with(dispatcher, Method::get, "/health", {}, {});
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_TRUE(reply.body.starts_with(
      R"({"status":"unhealthy","error":"Database unavailable","requestId":"test","timestamp":)"));
  const Reply readiness = ask_with(dispatcher, Method::get, "/health/ready", {}, {});
  EXPECT_EQ(readiness.status, Status::service_unavailable);
  EXPECT_EQ(readiness.body, R"({"status":"not ready","reasons":["database"]})");
  EXPECT_EQ(ask_with(dispatcher, Method::get, "/health/live", {}, {}).status, Status::ok);
}

TEST_P(ServiceRoutesTest, Readiness_WithADatabase_IsGood) {
  const Reply reply = ask_with(dispatcher_, Method::get, "/health/ready", {}, {});
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_EQ(reply.body, R"({"status":"ready"})");
}

TEST_P(ServiceRoutesTest, Readiness_WhileTheSchemaIsNotReady_Is503) {
  ready_ = false;
  const Reply reply = ask_with(dispatcher_, Method::get, "/health/ready", {}, {});
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_TRUE(reply.head.contains("Retry-After: 1\r\n"));
  EXPECT_EQ(reply.body, R"({"status":"not ready","reasons":["schema"]})");
}

TEST_P(ServiceRoutesTest, Stopping_IsSaidByReadinessAndHealthButNotByLife) {
  lifecycle_.stopping = true;
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
