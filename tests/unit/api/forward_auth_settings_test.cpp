#include "api/forward_auth/forward_auth_settings.hpp"

#include <gmock/gmock.h>

#include "support/section_reading.hpp"

namespace gatehouse::api {
namespace {

using gatehouse::testing::read_section;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string mistakes_with(const std::string& name, const std::string& value) {
  return read_section(forward_auth_section(), {{name, value}}).mistakes();
}

TEST(ForwardAuthSettings, Defaults_AreStrict) {
  const ForwardAuthSettings settings = read_section(forward_auth_section(), {}).settings;
  EXPECT_EQ(settings.session_cookie, "session");
  EXPECT_FALSE(settings.without_key);
  EXPECT_EQ(settings.headers, UserHeaders::x_user);
  EXPECT_EQ(settings.login_url, "");
  EXPECT_TRUE(settings.hosts.empty());
}

TEST(ForwardAuthSettings, Hosts_AreReadWithTheirPorts) {
  const auto read =
      read_section(forward_auth_section(), {{"FORWARD_AUTH_HOSTS", "App.example.com, [::1]:3000,10.0.0.1:1"}});
  EXPECT_THAT(read.settings.hosts,
              ElementsAre(ReturnHost{.name = "app.example.com", .port = {}}, ReturnHost{.name = "[::1]", .port = 3000},
                          ReturnHost{.name = "10.0.0.1", .port = 1}));
}

TEST(ForwardAuthSettings, HostThatIsNone_IsRefused) {
  for (const char* host : {"*", "*.example.com", "https://app.example.com", "app.example.com/", "app.example.com:",
                           "app.example.com:0", "app.example.com:65536", "a b", "a@b", "app.example.com,a:b"}) {
    EXPECT_THAT(mistakes_with("FORWARD_AUTH_HOSTS", host),
                HasSubstr("FORWARD_AUTH_HOSTS: must be a comma-separated list of hosts"));
  }
}

TEST(ForwardAuthSettings, LoginUrl_IsReadWithItsQuery) {
  EXPECT_EQ(*parse_login_url("https://Login.Example.com"), "https://login.example.com/");
  EXPECT_EQ(*parse_login_url("HTTPS://login.example.com?a=B"), "https://login.example.com/?a=B");
  EXPECT_EQ(*parse_login_url("http://localhost:3000/Login?a=b"), "http://localhost:3000/Login?a=b");
  EXPECT_TRUE(parse_login_url("https://a/" + std::string(login_url_bytes_max - 10, 'a')));
}

TEST(ForwardAuthSettings, LoginUrlThatIsNone_IsRefused) {
  for (const std::string url :
       {"/login", "login.example.com", "//login.example.com", "javascript:alert(1)", "ftp://a", "https://",
        "https:///a", "https://a b", "https://a/#b", "https://a/\\b", "https://a/\r\nb", "https://a/\"",
        "https://user@a/", "https://a:0/", "https://\xc3\xa4/"}) {
    EXPECT_FALSE(parse_login_url(url)) << url;
  }
  EXPECT_FALSE(parse_login_url("https://a/" + std::string(login_url_bytes_max, 'a')));
  EXPECT_THAT(mistakes_with("FORWARD_AUTH_LOGIN_URL", "/login"),
              HasSubstr("FORWARD_AUTH_LOGIN_URL: must be an http or https URL"));
}

TEST(ForwardAuthSettings, CookieName_IsAToken) {
  EXPECT_EQ(read_section(forward_auth_section(), {{"SESSION_COOKIE", "__Host-s.1"}}).settings.session_cookie,
            "__Host-s.1");
  for (const char* name : {"a b", "a=b", "a;b", "\"a\"", "a,b", "\xc3\xa4"}) {
    EXPECT_THAT(mistakes_with("SESSION_COOKIE", name), HasSubstr("SESSION_COOKIE: must be the name of a cookie"))
        << name;
  }
}

TEST(ForwardAuthSettings, OtherWords_AreRefused) {
  EXPECT_THAT(mistakes_with("FORWARD_AUTH_HEADERS", "all"),
              HasSubstr("FORWARD_AUTH_HEADERS: must be one of: x-user remote both"));
  EXPECT_THAT(mistakes_with("FORWARD_AUTH_WITHOUT_KEY", "maybe"), HasSubstr("FORWARD_AUTH_WITHOUT_KEY: must be"));
  EXPECT_EQ(read_section(forward_auth_section(), {{"FORWARD_AUTH_HEADERS", "Both"}}).settings.headers,
            UserHeaders::both);
}

TEST(ForwardAuthSettings, WhatHelpsNobodyOrIsReadOnItsWay_IsWarnedOf) {
  const auto keyless = read_section(forward_auth_section(), {{"FORWARD_AUTH_WITHOUT_KEY", "true"}});
  EXPECT_THAT(keyless.warnings(), HasSubstr("FORWARD_AUTH_WITHOUT_KEY: is true, but there are no TRUSTED_PROXIES"));
  const config::Environment production = config::Environment::production;
  const auto plain = read_section(forward_auth_section(), {{"FORWARD_AUTH_LOGIN_URL", "http://a/"}}, production);
  EXPECT_THAT(plain.warnings(), HasSubstr("FORWARD_AUTH_LOGIN_URL: is not https"));
  EXPECT_EQ(read_section(forward_auth_section(), {{"FORWARD_AUTH_LOGIN_URL", "https://a/"}}, production).warnings(),
            "");
}

}  // namespace
}  // namespace gatehouse::api
