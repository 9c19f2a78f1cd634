#include "http/router.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  explicit RouterTest(PathForm form = PathForm::exact) : router_(form) {}

  Router router_;
  std::size_t list_ = router_.add(Method::get, "/users");
  std::size_t create_ = router_.add(Method::post, "/users");
  std::size_t show_ = router_.add(Method::get, "/users/{id}");
  std::size_t end_all_ = router_.add(Method::delete_, "/users/{id}/sessions");
  std::size_t end_one_ = router_.add(Method::delete_, "/users/{id}/sessions/{session}");
  std::size_t deep_ = router_.add(Method::get, "/a/{a}/{b}/c/{c}/{d}");
};

TEST_F(RouterTest, ExactPath_FindsItsMethod) {
  EXPECT_EQ(router_.match(Method::get, "/users").route, list_);
  EXPECT_EQ(router_.match(Method::post, "/users").route, create_);
}

TEST_F(RouterTest, Routes_AreNumberedInOrder) {
  EXPECT_EQ(list_, 0u);
  EXPECT_EQ(deep_, 5u);
}

TEST_F(RouterTest, Parameter_IsOneWholeSegment) {
  const auto match = router_.match(Method::get, "/users/12abc");
  EXPECT_EQ(match.route, show_);
  EXPECT_EQ(match.parameters[0], "12abc");
  EXPECT_EQ(router_.match(Method::get, "/users/1/2").route, no_route);
  EXPECT_EQ(router_.match(Method::get, "/users//").route, no_route);
}

class LooseRouterTest : public RouterTest {
 protected:
  LooseRouterTest() : RouterTest(PathForm::loose) {}
};

TEST_F(LooseRouterTest, CaseAndOneFinalSlash_MakeNoDifference) {
  for (const char* path : {"/users", "/USERS", "/Users/", "/users/"}) {
    EXPECT_EQ(router_.match(Method::get, path).route, list_) << path;
  }
  EXPECT_EQ(router_.match(Method::get, "/Users/aBc/").parameters[0], "aBc");
  EXPECT_EQ(router_.match(Method::delete_, "/users/7/SESSIONS/").parameters[0], "7");
  EXPECT_EQ(router_.allow("/users/"), "GET, HEAD, POST");
}

TEST_F(LooseRouterTest, OtherSpellings_AreStillOtherPaths) {
  for (const char* path :
       {"//users", "/users//", "/./users", "/users/.", "/%75sers", "/users%2F", "/users;a", "/users "}) {
    EXPECT_NE(router_.match(Method::get, path).route, list_) << path;
  }
}

// A gateway's rule for /users did not match /USERS.
TEST_F(RouterTest, AnotherSpelling_ReachedTheResource) {
  for (const char* path :
       {"/USERS", "/Users", "/users/", "//users", "/users//", "/./users", "/users/.", "/a/../users", "/%75sers",
        "/%55SERS", "/users%2F", "/users;a", "/users.", "/users%00", "/users\\", "users"}) {
    const std::size_t found = router_.match(Method::get, path).route;
    EXPECT_TRUE(found != list_ && found != create_) << path;
  }
  for (const char* path : {"/Users/7", "/users/7/", "//users/7", "/users//7", "/users/./7", "/%75sers/7"}) {
    EXPECT_EQ(router_.match(Method::get, path).route, no_route) << path;
  }
}

TEST_F(RouterTest, RightSpelling_IsNamed) {
  struct Case {
    std::string_view path;
    std::string_view right;
    std::string_view pattern;
  };
  for (const auto& [path, right, pattern] : {Case{"/USERS", "/users", "/users"}, Case{"/users/", "/users", "/users"},
                                             Case{"/Users/aBc/", "/users/aBc", "/users/{id}"},
                                             Case{"/A/1/2/C/3/4", "/a/1/2/c/3/4", "/a/{a}/{b}/c/{c}/{d}"}}) {
    const auto spelling = router_.right_spelling(path);
    ASSERT_TRUE(spelling) << path;
    EXPECT_EQ(spelling->path, right);
    EXPECT_EQ(spelling->pattern, pattern);
  }
  for (const char* path : {"//users", "/users//", "/%75sers", "/nothing", "*", ""}) {
    EXPECT_FALSE(router_.right_spelling(path)) << path;
  }
}

TEST_F(RouterTest, ParameterInTheMiddle_IsFound) {
  EXPECT_EQ(router_.match(Method::delete_, "/users/7/sessions").parameters[0], "7");
  EXPECT_EQ(router_.match(Method::delete_, "/users//sessions").route, no_route);
  EXPECT_EQ(router_.match(Method::delete_, "/users/7/sessionsx").route, no_route);
}

TEST_F(RouterTest, SeveralParameters_AreInOrder) {
  const auto two = router_.match(Method::delete_, "/users/7/sessions/9");
  EXPECT_EQ(two.route, end_one_);
  EXPECT_EQ(two.parameters, (Parameters{"7", "9", "", ""}));
  const auto four = router_.match(Method::get, "/a/1/2/c/3/4");
  EXPECT_EQ(four.route, deep_);
  EXPECT_EQ(four.parameters, (Parameters{"1", "2", "3", "4"}));
  for (const char* path :
       {"/a/1/2/c/3", "/a/1/2/c/3/", "/a/1/2/c/3//4", "/a/1/2/d/3/4", "/a/1/2/c/3/4/5", "/a//2/c/3/4"}) {
    EXPECT_EQ(router_.match(Method::get, path).route, no_route) << path;
  }
}

TEST_F(RouterTest, Head_IsAnsweredByGet) { EXPECT_EQ(router_.match(Method::head, "/users").route, list_); }

TEST_F(RouterTest, OtherMethod_NamesTheAllowedOnes) {
  EXPECT_EQ(router_.match(Method::put, "/users").route, no_route);
  EXPECT_EQ(router_.allow("/users"), "GET, HEAD, POST");
  EXPECT_EQ(router_.allow("/users/7/sessions"), "DELETE");
}

class AnyRouterTest : public ::testing::Test {
 protected:
  explicit AnyRouterTest(PathForm form = PathForm::exact) : router_(form) {}

  Router router_;
  std::size_t other_ = router_.add(Method::get, "/gates");
  std::size_t gate_ = router_.add(Methods::any(), "/gate");
  std::size_t rest_ = router_.add(Methods::any(), "/gate/{id}/*");
};

TEST_F(AnyRouterTest, AnyMethod_IsAnswered) {
  for (const Method method : {Method::get, Method::head, Method::options, Method::connect, Method::unknown}) {
    EXPECT_EQ(router_.match(method, "/gate").route, gate_);
  }
  EXPECT_EQ(router_.allow("/gate"), "");
  EXPECT_EQ(to_text(Methods::any()), "ANY");
  EXPECT_EQ(to_text(Methods{Method::put}), "PUT");
}

TEST_F(AnyRouterTest, AnyRest_IsMatchedBehindItsSlash) {
  for (const char* path :
       {"/gate/7/", "/gate/7/a", "/gate/7/a/b", "/gate/7//", "/gate/7/../x", "/gate/7/%2f", "/gate/7/*"}) {
    const auto match = router_.match(Method::get, path);
    EXPECT_EQ(match.route, rest_) << path;
    EXPECT_EQ(match.parameters[0], "7");
  }
  for (const char* path : {"/gate/7", "/gate/", "/gate//a", "/gate/7a", "/Gate/7/a", "/gatex", "/gates/7/a"}) {
    EXPECT_NE(router_.match(Method::get, path).route, rest_) << path;
  }
  const auto right = router_.right_spelling("/GATE/aB/C/d");
  ASSERT_TRUE(right);
  EXPECT_EQ(right->path, "/gate/aB/C/d");
  EXPECT_EQ(right->pattern, "/gate/{id}/*");
}

class LooseAnyRouterTest : public AnyRouterTest {
 protected:
  LooseAnyRouterTest() : AnyRouterTest(PathForm::loose) {}
};

TEST_F(LooseAnyRouterTest, CaseAndOneFinalSlash_MakeNoDifference) {
  EXPECT_EQ(router_.match(Method::get, "/GATE/").route, gate_);
  EXPECT_EQ(router_.match(Method::get, "/GATE/7/A/").route, rest_);
}

TEST_F(RouterTest, UnknownPath_AllowsNothing) {
  for (const char* path :
       {"/", "//", "/user", "/usersx", "/users/", "/USERS", "/users//", "/us\xc5\xbfrs", "/users?x", "*", ""}) {
    EXPECT_TRUE(router_.allow(path).empty()) << path;
  }
}

TEST(RoutePattern, Shape_IsChecked) {
  for (const char* good :
       {"/", "/users", "/users/{id}", "/openapi.yaml", "/{a}/{b}/{c}/{d}", "/users/*", "/users/{id}/*", "/*"}) {
    EXPECT_TRUE(is_route_pattern(good)) << good;
  }
  for (const char* bad : {"", "users", "/Users", "/users/{id", "/users/id}", "/users/x{id}", "/users/{}",
                          "/{a}/{b}/{c}/{d}/{e}", "/users*", "/*/users", "/users/*/", "/users/**", "*"}) {
    EXPECT_FALSE(is_route_pattern(bad)) << bad;
  }
}

}  // namespace
}  // namespace gatehouse::http
