#include <gtest/gtest.h>

#include "crypto/sha256.hpp"
#include "unit/api/api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using http::Method;
using http::Status;

const std::string login_page = "https://login.example.com/?client=app";

service::Settings settings_with(UserHeaders headers, std::size_t cache_bytes = 1 << 20) {
  service::Settings settings = testing::test_settings();
  settings.forward_auth = {.session_cookie = "session",
                           .without_key = false,
                           .headers = headers,
                           .login_url = login_page,
                           .hosts = {{.name = "app.example.com", .port = {}}}};
  settings.sessions.cache_bytes = cache_bytes;
  return settings;
}

class ForwardAuthTest : public ApiFixture {
 protected:
  explicit ForwardAuthTest(service::Settings settings = settings_with(UserHeaders::both))
      : ApiFixture(std::move(settings)) {}

  void SetUp() override { create("ada@example.com", "analytical engine"); }

  flows::LoginResult opened() { return login("ada@example.com", "analytical engine").value(); }

  Reply gate(GivenHeaders headers, std::string_view target = "/forward-auth", Method method = Method::get) {
    headers.emplace_back(Field::api_key, "the key");
    return ask_with(dispatcher_, method, target, {}, headers);
  }
  Reply gate_with(const std::string& session, std::string_view target = "/forward-auth", Method method = Method::get) {
    const std::string cookies = "theme=dark; session=" + session;
    return gate({{Field::cookie, cookies}}, target, method);
  }
  Reply gate_with_token(const std::string& token) {
    const std::string authorization = "Bearer " + token;
    return gate({{Field::authorization, authorization}});
  }

  static void expect_ada(const Reply& reply, std::string_view expires_at) {
    EXPECT_EQ(reply.status, Status::ok);
    EXPECT_EQ(reply.body, "");
    for (const std::string_view line :
         {"X-User-Email: ada@example.com", "X-User-Name: Ada%20Lovelace",
          "X-User-Roles: ", "Remote-User: ada@example.com", "Remote-Email: ada@example.com",
          "Remote-Name: Ada%20Lovelace", "Remote-Groups: ", "Content-Length: 0"}) {
      EXPECT_TRUE(reply.head.contains("\r\n" + std::string{line} + "\r\n")) << line << "\n" << reply.head;
    }
    EXPECT_TRUE(reply.head.contains("\r\nX-Session-Expires: " + std::string{expires_at} + "\r\n")) << reply.head;
    EXPECT_FALSE(reply.head.contains("Login-Url"));
  }
  static void expect_refused(const Reply& reply) {
    EXPECT_EQ(reply.status, Status::unauthorized);
    EXPECT_EQ(reply.body, R"({"error":"Not logged in","code":"not_logged_in","requestId":"test"})");
    EXPECT_TRUE(reply.head.contains("\r\nWWW-Authenticate: Bearer\r\n")) << reply.head;
    EXPECT_TRUE(reply.head.contains("\r\nX-Login-Url: " + login_page + "\r\n")) << reply.head;
    EXPECT_FALSE(reply.head.contains("User")) << reply.head;
  }

  static constexpr std::string_view session_end = "2025-01-29T10:30:00.000Z";
};

class UncachedForwardAuthTest : public ForwardAuthTest {
 protected:
  UncachedForwardAuthTest() : ForwardAuthTest(settings_with(UserHeaders::both, 0)) {}
};

class NamedForwardAuthTest : public ForwardAuthTest {
 protected:
  NamedForwardAuthTest() : ForwardAuthTest(settings_with(UserHeaders::x_user)) {}
};

class RemoteForwardAuthTest : public ForwardAuthTest {
 protected:
  RemoteForwardAuthTest() : ForwardAuthTest(settings_with(UserHeaders::remote)) {}
};

INSTANTIATE_TEST_SUITE_P(Sqlite, ForwardAuthTest, ::testing::Values(testing::sqlite_backend()), testing::backend_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, UncachedForwardAuthTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, NamedForwardAuthTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, RemoteForwardAuthTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);

TEST_P(ForwardAuthTest, SessionOfTheCookie_IsTold) {
  const std::string session = opened().session;
  expect_ada(gate_with(session), session_end);
  expect_ada(gate_with(session), session_end);
}

TEST_P(UncachedForwardAuthTest, SessionOfTheCookie_IsTold) {
  const flows::LoginResult login = opened();
  expect_ada(gate_with(login.session), session_end);
  EXPECT_EQ(gate_with_token(login.token).status, Status::ok);
  expect_refused(gate({}));
  expect_refused(gate_with("nonsense"));
}

TEST_P(ForwardAuthTest, Token_IsToldWithItsOwnEnd) {
  const flows::LoginResult login = opened();
  const Reply verified = ask_with(dispatcher_, Method::post, "/user-auth/verify-token", {},
                                  {{Field::api_key, "the key"}, {Field::authorization, login.token}});
  const std::size_t begin = verified.body.find("expiresAt\":\"") + 12;
  const std::string expires_at = verified.body.substr(begin, verified.body.find('"', begin) - begin);
  // First only known to be active, then known with its user, then known together with the session itself.
  expect_ada(gate_with_token(login.token), expires_at);
  expect_ada(gate_with_token(login.token), expires_at);
  expect_ada(gate_with(login.session), session_end);
  expect_ada(gate_with_token(login.token), expires_at);
}

TEST_P(ForwardAuthTest, NoCredential_IsRefused) {
  expect_refused(gate({}));
  expect_refused(gate({{Field::cookie, "theme=dark"}}));
  expect_refused(gate({{Field::authorization, "Basic YTpi"}}));
}

TEST_P(ForwardAuthTest, BadCredential_IsRefused) {
  std::string session = opened().session;
  expect_refused(gate_with_token("a.b.c"));
  expect_refused(gate_with_token(session));
  expect_refused(gate_with("nonsense"));
  expect_refused(gate_with(session + "; session=" + session));
  session.back() = session.back() == 'A' ? 'Q' : 'A';
  expect_refused(gate_with(session));
}

TEST_P(ForwardAuthTest, BadTokenBesideAGoodCookie_IsRefused) {
  const std::string cookie = "session=" + opened().session;
  EXPECT_EQ(gate({{Field::cookie, cookie}}).status, Status::ok);
  expect_refused(gate({{Field::authorization, "Bearer a.b.c"}, {Field::cookie, cookie}}));
  expect_refused(gate({{Field::authorization, "Bearer"}, {Field::cookie, cookie}}));
}

TEST_P(ForwardAuthTest, EndedSession_IsRefusedByCookieAndToken) {
  const flows::LoginResult login = opened();
  EXPECT_EQ(gate_with_token(login.token).status, Status::ok);
  EXPECT_EQ(gate_with(login.session).status, Status::ok);
  EXPECT_EQ(post("/user-auth/logout", R"({"session":")" + login.session + R"("})").status, Status::ok);
  expect_refused(gate_with_token(login.token));
  expect_refused(gate_with(login.session));
}

TEST_P(ForwardAuthTest, ExpiredSession_IsRefused) {
  const flows::LoginResult login = opened();
  EXPECT_EQ(gate_with(login.session).status, Status::ok);
  clock_.advance(std::chrono::days{8});
  expect_refused(gate_with(login.session));
  expect_refused(gate_with_token(login.token));
}

TEST_P(ForwardAuthTest, TokenOfAnotherSessionWithTheId_IsRefused) {
  const flows::LoginResult login = opened();
  for (const bool is_remembered : {false, true}) {
    if (is_remembered) {
      EXPECT_EQ(gate_with(login.session).status, Status::ok);
    }
    const auto row = sessions_.row_of(login.session);
    sessions::SessionView view;
    const sessions::TokenSession mine{.id = row->id, .user = login.user};
    const sessions::TokenSession other{.id = row->id, .user = login.user, .mark = SessionMark{}};
    const sessions::TokenSession stranger{.id = row->id, .user = UserId{login.user.value + 1}};
    EXPECT_FALSE(run(sessions_.find_active(other)));
    EXPECT_FALSE(run(sessions_.find_active(stranger)));
    EXPECT_TRUE(run(sessions_.find_active(mine)));
    EXPECT_EQ(sessions_.find_cached(other, clock_.now(), view), sessions::CachedVerdict::refused);
    EXPECT_EQ(sessions_.find_cached(stranger, clock_.now(), view), sessions::CachedVerdict::refused);
    EXPECT_EQ(sessions_.find_cached(mine, clock_.now(), view), sessions::CachedVerdict::active);
  }
}

// A gateway takes 2xx for permission, whatever the client's method is.
TEST_P(ForwardAuthTest, AnyMethod_IsDecidedAlike) {
  const std::string session = opened().session;
  for (const Method method : {Method::get, Method::post, Method::put, Method::delete_, Method::patch, Method::options,
                              Method::trace, Method::connect, Method::propfind, Method::unknown}) {
    for (const char* target : {"/forward-auth", "/forward-auth/", "/forward-auth/a/b"}) {
      EXPECT_EQ(gate_with(session, target, method).status, Status::ok) << http::to_text(method) << target;
      EXPECT_EQ(gate_with("x", target, method).status, Status::unauthorized) << http::to_text(method) << target;
      const Reply keyless = ask_with(dispatcher_, method, target, {}, {{Field::cookie, "session=" + session}});
      EXPECT_TRUE(keyless.body.contains("missing_api_key")) << http::to_text(method) << target;
    }
  }
  EXPECT_EQ(gate_with("x", "/forward-auth", Method::head).status, Status::unauthorized);
}

TEST_P(ForwardAuthTest, OptionsAndPreflightsOfClients_WereAnsweredAsPermissions) {
  const GivenHeaders preflight{{Field::origin, "https://app.example.com"},
                               {Field::access_control_request_method, "PUT"}};
  for (const char* target : {"/forward-auth", "/forward-auth/a", "/FORWARD-AUTH", "/Forward-Auth/a"}) {
    EXPECT_EQ(ask_with(dispatcher_, Method::options, target, {}, preflight).status, Status::unauthorized) << target;
    EXPECT_GE(gate(preflight, target, Method::options).status, Status::bad_request) << target;
  }
}

TEST_P(ForwardAuthTest, OtherPaths_AreOthers) {
  for (const char* target : {"/forward-authx", "/forward-auth%2f", "//forward-auth", "/forward-aut"}) {
    EXPECT_EQ(gate({}, target).status, Status::not_found) << target;
  }
}

TEST_P(ForwardAuthTest, Role_IsMissing) {
  const std::string session = opened().session;
  const Reply reply = gate_with(session, "/forward-auth?role=admin");
  EXPECT_EQ(reply.status, Status::forbidden);
  EXPECT_EQ(reply.body, R"({"error":"User lacks the role","code":"missing_role","requestId":"test"})");
  EXPECT_FALSE(reply.head.contains("X-User"));
  expect_refused(gate({}, "/forward-auth?role=admin"));
  EXPECT_EQ(gate_with(session, "/forward-auth/?role=admin").status, Status::forbidden) << "a slash too many";
  EXPECT_EQ(gate_with(session, "/forward-auth/a?role=admin").status, Status::ok) << "that is the client's own query";
  EXPECT_EQ(gate_with(session, "/forward-auth?roles=admin").status, Status::ok);
}

TEST_P(ForwardAuthTest, Login_IsLedToWithTheWayBack) {
  const GivenHeaders from{{Field::forwarded_proto, "https"},
                          {Field::forwarded_host, "app.example.com"},
                          {Field::forwarded_uri, "/a?b=c&d"},
                          {Field::accept, "text/html,*/*;q=0.8"}};
  const std::string url = login_page + "&return=https%3A%2F%2Fapp.example.com%2Fa%3Fb%3Dc%26d\r\n";
  const Reply refused = gate(from);
  EXPECT_EQ(refused.status, Status::unauthorized);
  EXPECT_TRUE(refused.head.contains("\r\nX-Login-Url: " + url)) << refused.head;
  const Reply led = gate(from, "/forward-auth?redirect=1");
  EXPECT_EQ(led.status, Status::found);
  EXPECT_EQ(led.body, "");
  EXPECT_TRUE(led.head.contains("\r\nLocation: " + url)) << led.head;
  EXPECT_TRUE(led.head.contains("\r\nContent-Length: 0\r\n")) << led.head;
}

TEST_P(ForwardAuthTest, OnlyPagesThatAreGone_AreLedToTheLogin) {
  const std::string_view target = "/forward-auth?redirect=1";
  for (const char* accept : {"text/html", "TEXT/HTML;q=0.9", "application/json, text/html"}) {
    EXPECT_EQ(gate({{Field::accept, accept}}, target).status, Status::found) << accept;
    EXPECT_EQ(gate({{Field::accept, accept}, {Field::forwarded_method, "GET"}}, target).status, Status::found);
    for (const char* other :
         {"/forward-auth", "/forward-auth?redirect=0", "/forward-auth?redirect", "/forward-auth?redirec=1"}) {
      EXPECT_EQ(gate({{Field::accept, accept}}, other).status, Status::unauthorized) << other;
    }
    for (const Method method : {Method::post, Method::head, Method::options}) {
      EXPECT_EQ(gate({{Field::accept, accept}}, target, method).status, Status::unauthorized) << http::to_text(method);
    }
    EXPECT_EQ(gate({{Field::accept, accept}, {Field::forwarded_method, "POST"}}, target).status, Status::unauthorized);
  }
  for (const char* accept :
       {"", "*/*", "text/*", "application/json", "text/htmlx", "xtext/html", "a;b=\"text/html\""}) {
    EXPECT_EQ(gate({{Field::accept, accept}}, target).status, Status::unauthorized) << accept;
  }
}

TEST_P(ForwardAuthTest, FieldsOfTheClient_AreNotAnswered) {
  const std::string mark = "reflected";
  const GivenHeaders all{{Field::host, mark},
                         {Field::cookie, mark},
                         {Field::accept, mark},
                         {Field::accept_language, mark},
                         {Field::authorization, mark},
                         {Field::origin, mark},
                         {Field::forwarded_for, mark},
                         {Field::forwarded_method, mark},
                         {Field::forwarded_proto, mark},
                         {Field::forwarded_host, mark},
                         {Field::forwarded_uri, mark},
                         {Field::original_url, mark},
                         {Field::user_agent, mark},
                         {Field::client_address, mark},
                         {Field::client_user_agent, mark}};
  for (const char* target :
       {"/forward-auth?redirect=1&role=reflected", "/forward-auth/reflected?redirect=1&a=reflected"}) {
    const Reply reply = gate(all, target);
    EXPECT_EQ(reply.status, Status::unauthorized);
    EXPECT_FALSE(reply.head.contains(mark) || reply.body.contains(mark)) << reply.head << reply.body;
  }
}

TEST_P(ForwardAuthTest, NamesThatWouldEndALine_AreEncoded) {
  users::NewUser user{.first_name = "Ada\r\nX-User-Id: 1",
                      .last_name = "L\xc3\xb6velace, \"%",
                      .email = "a%b+c\xc3\xa4@example.com",
                      .password = SecretString{"analytical engine"}};
  const flows::Asker asker{.origin = origin_, .languages = {}};
  ASSERT_TRUE(run(accounts_.create(std::move(user), asker)));
  const std::string session = login("a%b+c\xc3\xa4@example.com", "analytical engine").value().session;
  const Reply reply = gate_with(session);
  EXPECT_TRUE(reply.head.contains("\r\nX-User-Name: Ada%0D%0AX-User-Id%3A%201%20L%C3%B6velace%2C%20%22%25\r\n"))
      << reply.head;
  EXPECT_TRUE(reply.head.contains("\r\nX-User-Email: a%25b+c%C3%A4@example.com\r\n")) << reply.head;
}

TEST_P(NamedForwardAuthTest, OnlyTheChosenNames_AreAnswered) {
  const Reply reply = gate_with(opened().session);
  EXPECT_TRUE(reply.head.contains("X-User-Id: "));
  EXPECT_FALSE(reply.head.contains("Remote-")) << reply.head;
}

TEST_P(RemoteForwardAuthTest, OnlyTheChosenNames_AreAnswered) {
  const Reply reply = gate_with(opened().session);
  EXPECT_TRUE(reply.head.contains("Remote-User: "));
  EXPECT_FALSE(reply.head.contains("X-User-") || reply.head.contains("X-Session")) << reply.head;
}

TEST_P(ForwardAuthTest, ClientOfACaller_IsNotReadFromItsFields) {
  const std::string cookie = "session=" + opened().session;
  EXPECT_EQ(gate({{Field::cookie, cookie}, {Field::client_address, "nonsense"}}).status, Status::ok);
}

TEST_P(ForwardAuthTest, ProxyWithoutAKey_IsTrustedOnlyWhereThatIsSet) {
  Dispatcher keyless{{.routes = routes_,
                      .cors = cors_,
                      .access = api_keys_,
                      .limiter = no_limits_.limiter(),
                      .trail = trail_,
                      .traffic = traffic_,
                      .ready = ready_,
                      .on_failure = {},
                      .keyless_proxies = {Scope::forward_auth}}};
  const std::string cookie = "session=" + opened().session;
  const GivenHeaders with_cookie{{Field::cookie, cookie}};
  const auto status = [&](Dispatcher& dispatcher, const GivenHeaders& headers,
                          std::string_view target = "/forward-auth") {
    return ask_with(dispatcher, Method::get, target, {}, headers).status;
  };
  EXPECT_EQ(status(keyless, with_cookie), Status::unauthorized) << "not from a proxy";
  is_proxied_ = true;
  EXPECT_EQ(status(dispatcher_, with_cookie), Status::unauthorized) << "not set";
  EXPECT_EQ(status(keyless, with_cookie), Status::ok);
  EXPECT_EQ(status(keyless, {}), Status::unauthorized);
  EXPECT_EQ(status(keyless, {}, "/users"), Status::unauthorized) << "another route";
  for (const char* key : {"", "another key"}) {
    EXPECT_EQ(status(keyless, {{Field::cookie, cookie}, {Field::api_key, key}}), Status::unauthorized) << key;
  }
}

TEST_P(ForwardAuthTest, RefusedKey_IsCountedAndNotRecorded) {
  ask_with(dispatcher_, Method::get, "/forward-auth", {}, {{Field::api_key, "another key"}});
  ask_with(dispatcher_, Method::get, "/forward-auth", {}, {});
  gate({});
  EXPECT_EQ(trail_.notes, (std::vector<std::string>{"count: invalid_api_key", "count: missing_api_key"}));
}

}  // namespace
}  // namespace gatehouse::api
