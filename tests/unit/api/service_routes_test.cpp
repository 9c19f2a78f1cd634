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
  ServiceRoutes service{away, clock_, config::Environment::test, ready_, {}};
  const RouteTable routes = RouteList<ServiceRoutes>::bind(service);
  Dispatcher dispatcher{{.routes = routes, .cors = cors_, .access = api_keys_, .ready = ready_, .on_failure = {}}};
  const Reply reply = ask_with(dispatcher, Method::get, "/health", {}, {});
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_TRUE(reply.body.starts_with(
      R"({"status":"unhealthy","error":"Database unavailable","requestId":"test","timestamp":)"));
}

}  // namespace
}  // namespace gatehouse::api
