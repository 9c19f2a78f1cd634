#include "http/router.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router_.add({.method = Method::get, .pattern = "/users"});
    router_.add({.method = Method::post, .pattern = "/users"});
    router_.add({.method = Method::get, .pattern = "/users/{id}"});
    router_.add({.method = Method::delete_, .pattern = "/users/{id}/sessions"});
  }

  Router router_;
};

TEST_F(RouterTest, ExactPath_FindsItsMethod) {
  const auto match = router_.match(Method::post, "/users");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->method, Method::post);
}

TEST_F(RouterTest, Parameter_IsOneWholeSegment) {
  const auto match = router_.match(Method::get, "/users/12abc");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.parameter, "12abc");
  EXPECT_EQ(router_.match(Method::get, "/users/1/2").route, nullptr);
  EXPECT_EQ(router_.match(Method::get, "/users//").route, nullptr);
}

TEST_F(RouterTest, CaseAndOneFinalSlash_MakeNoDifference) {
  for (const char* path : {"/users", "/USERS", "/Users/", "/users/"}) {
    const auto match = router_.match(Method::get, path);
    ASSERT_NE(match.route, nullptr) << path;
    EXPECT_EQ(match.route->pattern, "/users") << path;
  }
  EXPECT_EQ(router_.match(Method::get, "/Users/aBc/").parameter, "aBc");
  EXPECT_EQ(router_.match(Method::delete_, "/users/7/SESSIONS/").parameter, "7");
}

TEST_F(RouterTest, ParameterInTheMiddle_IsFound) {
  EXPECT_EQ(router_.match(Method::delete_, "/users/7/sessions").parameter, "7");
  EXPECT_EQ(router_.match(Method::delete_, "/users//sessions").route, nullptr);
}

TEST_F(RouterTest, Head_IsAnsweredByGet) { EXPECT_NE(router_.match(Method::head, "/users").route, nullptr); }

TEST_F(RouterTest, OtherMethod_NamesTheAllowedOnes) {
  const auto match = router_.match(Method::put, "/users");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allow, "GET, HEAD, POST");
}

TEST_F(RouterTest, UnknownPath_AllowsNothing) {
  for (const char* path : {"/", "//", "/user", "/usersx", "/users//", "/us\xc5\xbfrs", "/users?x", "*", ""})
    EXPECT_TRUE(router_.match(Method::get, path).allow.empty()) << path;
}

}  // namespace
}  // namespace gatehouse::http
