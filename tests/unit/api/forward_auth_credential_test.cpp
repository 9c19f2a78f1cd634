#include <gtest/gtest.h>

#include "api/forward_auth/credential.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using Kind = Credential::Kind;

TEST(FindCookie, Cookies_AreToldApartByTheirWholeNames) {
  EXPECT_EQ(find_cookie("session=abc", "session"), "abc");
  EXPECT_EQ(find_cookie("a=1; session=abc; b=2", "session"), "abc");
  EXPECT_EQ(find_cookie("a=1;session=abc;b=2", "session"), "abc");
  EXPECT_EQ(find_cookie("a=1;\t session = abc \t;b", "session"), "abc");
  EXPECT_EQ(find_cookie("session=a=b==", "session"), "a=b==");
  EXPECT_EQ(find_cookie("__Host-session=abc; session=def", "__Host-session"), "abc");
  EXPECT_EQ(find_cookie("session2=x; xsession=y; session.z=z; session=abc", "session"), "abc");
}

TEST(FindCookie, Quotes_AreNotPartOfTheValue) {
  EXPECT_EQ(find_cookie("session=\"abc\"", "session"), "abc");
  EXPECT_EQ(find_cookie("session=\"\"", "session"), "");
  for (const char* half : {"\"", "\"abc", "abc\""}) {
    EXPECT_EQ(find_cookie(std::string{"session="} + half, "session"), half);
  }
}

TEST(FindCookie, AnythingElse_IsNoCookieOfThatName) {
  for (const char* cookies :
       {"", ";", ";;;", "=", "=abc", "session", "session;", "Session=abc", "SESSION=abc", "sessio=abc", "a=session=abc",
        "a=\"; session\"=abc", "session%3Dabc", "session: abc", "session,x=abc"}) {
    EXPECT_EQ(find_cookie(cookies, "session"), "") << cookies;
  }
}

TEST(FindCookie, SeveralOfOneName_AreNone) {
  for (const char* cookies :
       {"session=a; session=b", "session=a; session=a", "session=a;x=1;session=", "session; session=a",
        "session=a; session", "session=a; session =b", "session=a;\"x=1\"; session=\"b\""}) {
    EXPECT_EQ(find_cookie(cookies, "session"), "") << cookies;
  }
}

class ReadCredentialTest : public ::testing::Test {
 protected:
  Credential read() { return read_credential(headers_, "session"); }

  void expect(Kind kind, std::string_view text) {
    const Credential credential = read();
    EXPECT_EQ(credential.kind, kind);
    EXPECT_EQ(credential.text, text);
  }

  http::Headers headers_;
};

TEST_F(ReadCredentialTest, NoField_IsNone) { expect(Kind::none, ""); }

TEST_F(ReadCredentialTest, BearerToken_ComesBeforeTheCookie) {
  headers_.add(Field::authorization, "bEaReR the.token");
  headers_.add(Field::cookie, "session=abc");
  expect(Kind::token, "the.token");
}

TEST_F(ReadCredentialTest, BearerWithoutAToken_IsATokenAllTheSame) {
  headers_.add(Field::authorization, "Bearer");
  headers_.add(Field::cookie, "session=abc");
  expect(Kind::token, "");
}

TEST_F(ReadCredentialTest, AnotherScheme_IsTheApplicationsOwn) {
  headers_.add(Field::cookie, "session=abc");
  expect(Kind::session, "abc");
  for (const char* other : {"", "Basic YTpi", "Bearerx y", "the.token", "Bear", "Digest bearer"}) {
    http::Headers headers;
    headers.add(Field::authorization, other);
    headers.add(Field::cookie, "session=abc");
    EXPECT_EQ(read_credential(headers, "session").kind, Kind::session) << other;
  }
}

TEST_F(ReadCredentialTest, SeveralFields_AreNone) {
  headers_.add(Field::cookie, "session=abc");
  headers_.add(Field::cookie, "other=1");
  expect(Kind::none, "");
  http::Headers headers;
  headers.add(Field::cookie, "session=abc");
  headers.add(Field::authorization, "Basic YTpi");
  headers.add(Field::authorization, "Bearer the.token");
  EXPECT_EQ(read_credential(headers, "session").kind, Kind::none);
}

}  // namespace
}  // namespace gatehouse::api
