#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <set>

#include "unit/api/api_fixture.hpp"
#include "unit/api/described.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using http::Method;
using http::Request;
using http::Status;

std::string label(const RouteInfo& route) {
  return std::string{http::to_text(route.methods)} + " " + std::string{route.pattern};
}

/// A method that the route answers.
Method example_method(const RouteInfo& route) { return route.methods.one().value_or(Method::post); }

/// A path that the route answers.
std::string example_path(std::string_view pattern) {
  std::string path;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{')) {
    path.append(pattern.substr(0, open)).append("1");
    pattern.remove_prefix(pattern.find('}') + 1);
  }
  return path.append(pattern);
}

class RoutesTest : public ApiFixture {
 protected:
  Reply ask_route(const RouteInfo& route, const std::vector<std::string_view>& keys) {
    GivenHeaders headers;
    for (const std::string_view key : keys) headers.emplace_back(Field::api_key, key);
    return ask_with(dispatcher_, example_method(route), example_path(route.pattern), {}, headers);
  }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, RoutesTest, ::testing::Values(testing::sqlite_backend()), testing::backend_name);

TEST_P(RoutesTest, EveryRoute_IsFoundByAPathOfItsPattern) {
  for (std::size_t i = 0; i < Routes::infos.size(); ++i) {
    Request request;
    request.method = example_method(Routes::infos[i]);
    const std::string path = example_path(Routes::infos[i].pattern);
    request.path = path;
    routes_.match(request);
    EXPECT_EQ(request.route, i) << label(Routes::infos[i]) << " is hidden by an earlier one";
    EXPECT_EQ(routes_.info(i).operation, Routes::infos[i].operation);
  }
}

TEST(Routes, Operations_AreTheDescribedOnes) {
  std::multiset<std::string> operations;
  for (const RouteInfo& route : Routes::infos) operations.emplace(route.operation);
  const auto described = described_values("operationId: ");
  EXPECT_EQ(operations, (std::multiset<std::string>{described.begin(), described.end()}));
}

TEST_P(RoutesTest, ClosedRoutes_AskForExactlyOneGoodKey) {
  const std::string missing = R"("code":"missing_api_key")";
  const std::string invalid = R"("code":"invalid_api_key")";
  for (const RouteInfo& route : Routes::infos) {
    if (route.access.is_open()) continue;
    const std::vector<std::pair<std::vector<std::string_view>, std::string>> ways{
        {{}, missing},
        {{""}, missing},
        {{"the key", "the key"}, invalid},
        {{"", "the key"}, invalid},
        {{"another key"}, invalid},
    };
    for (const auto& [keys, code] : ways) {
      const Reply reply = ask_route(route, keys);
      EXPECT_EQ(reply.status, Status::unauthorized) << label(route);
      EXPECT_TRUE(reply.body.contains(code)) << label(route) << reply.body;
    }
    EXPECT_FALSE(ask_route(route, {"the key"}).body.contains(R"(_api_key")")) << label(route);
  }
}

TEST_P(RoutesTest, OpenRoutes_LookAtNoKey) {
  for (const RouteInfo& route : Routes::infos) {
    if (!route.access.is_open()) continue;
    for (const std::vector<std::string_view>& keys :
         {std::vector<std::string_view>{}, {""}, {"a", "b"}, {"another key"}, {"the key"}}) {
      EXPECT_EQ(ask_route(route, keys).status, Status::ok) << label(route);
    }
  }
}

TEST_P(RoutesTest, UnknownPathsAndMethods_AreRefusedBehindTheKey) {
  EXPECT_EQ(get("/nothing").body, R"({"error":"Not found","code":"not_found","requestId":"test"})");
  const Reply method = ask(Method::post, "/users/7");
  EXPECT_EQ(method.status, Status::method_not_allowed);
  EXPECT_EQ(method.body, R"({"error":"Method not allowed","code":"method_not_allowed","requestId":"test"})");
  EXPECT_TRUE(method.head.contains("Allow: GET, HEAD, PUT, DELETE\r\n"));
  EXPECT_EQ(ask(Method::options, "/users/7").status, Status::no_content);
  EXPECT_EQ(ask_with(dispatcher_, Method::get, "/nothing", {}, {}).status, Status::unauthorized);
}

}  // namespace
}  // namespace gatehouse::api
