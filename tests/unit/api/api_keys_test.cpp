#include "api/access/api_keys.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/run_task.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using http::Request;

std::vector<SecretString> keys() {
  std::vector<SecretString> result;
  result.emplace_back("first-key");
  result.emplace_back("second-key");
  return result;
}

Request request_with(const std::vector<std::string_view>& offered) {
  Request request;
  for (const std::string_view key : offered) request.headers.add(Field::api_key, key);
  return request;
}

std::string_view code_for(const ApiKeys& api_keys, const std::vector<std::string_view>& offered) {
  const auto verdict = api_keys.admit_now(request_with(offered));
  return verdict && !*verdict ? verdict->error().code : "";
}

TEST(ApiKeys, EachConfiguredKey_IsACallerWithEveryScope) {
  for (const char* key : {"first-key", "second-key"}) {
    const auto verdict = ApiKeys(keys()).admit_now(request_with({key}));
    ASSERT_TRUE(verdict && *verdict) << key;
    EXPECT_EQ((*verdict)->kind, Caller::Kind::env);
    EXPECT_EQ((*verdict)->name, "API_KEY");
    EXPECT_TRUE((*verdict)->tells_client);
    EXPECT_FALSE((*verdict)->scopes.first_missing({Scope::users_write, Scope::keys_write, Scope::metrics}));
  }
}

TEST(ApiKeys, WhoWaits_GetsTheSameVerdict) {
  const ApiKeys api_keys{keys()};
  const Request good = request_with({"first-key"});
  const Request wrong = request_with({"wrong"});
  boost::asio::io_context io{1};
  EXPECT_EQ(testing::run_task(io, api_keys.admit(good))->kind, Caller::Kind::env);
  EXPECT_EQ(testing::run_task(io, api_keys.admit(wrong)).error().code, "invalid_api_key");
}

TEST(ApiKeys, NoKeyOrAnEmptyOne_IsAskedFor) {
  EXPECT_EQ(code_for(ApiKeys(keys()), {}), "missing_api_key");
  EXPECT_EQ(code_for(ApiKeys(keys()), {""}), "missing_api_key");
}

TEST(ApiKeys, WrongKey_IsRefused) {
  for (const char* key : {"first-ke", "first-keyx", "FIRST-KEY", "first-key,second-key"}) {
    EXPECT_EQ(code_for(ApiKeys(keys()), {key}), "invalid_api_key") << key;
  }
}

TEST(ApiKeys, TwoHeadersWithValidKeys_AreRefused) {
  EXPECT_EQ(code_for(ApiKeys(keys()), {"first-key", "second-key"}), "invalid_api_key");
}

TEST(ApiKeys, NoneConfigured_AdmitsNobody) {
  EXPECT_EQ(code_for(ApiKeys({}), {"", ""}), "invalid_api_key");
  EXPECT_EQ(code_for(ApiKeys({}), {"x"}), "invalid_api_key");
}

}  // namespace
}  // namespace gatehouse::api
