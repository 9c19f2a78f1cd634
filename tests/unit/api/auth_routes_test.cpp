#include <gtest/gtest.h>

#include "unit/api/api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using http::Method;
using http::Status;

constexpr std::string_view login_of_ada = R"({"email":"ada@example.com","password":"analytical engine"})";

class AuthRoutesTest : public ApiFixture {
 protected:
  void SetUp() override { user_ = create("ada@example.com", "analytical engine").id; }

  flows::LoginResult opened() { return login("ada@example.com", "analytical engine").value(); }
  Reply verify_session(const std::string& session) {
    return post("/user-auth/verify-session", R"({"session":")" + session + R"("})");
  }
  Reply verify_token(std::string_view authorization) {
    return ask_with(dispatcher_, Method::post, "/user-auth/verify-token", {},
                    {{Field::api_key, "the key"}, {Field::authorization, authorization}});
  }

  UserId user_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, AuthRoutesTest, ::testing::Values(testing::sqlite_backend()), testing::backend_name);

TEST_P(AuthRoutesTest, TokenWithoutAScheme_IsVerifiedAsOlderClientsSendIt) {
  EXPECT_EQ(verify_token(opened().token).status, Status::ok);
}

TEST_P(AuthRoutesTest, LogIn_AnswersUserTokenAndSession) {
  const Reply reply = post("/user-auth", login_of_ada);
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_TRUE(reply.body.starts_with(R"({"user":{"id":)" + std::to_string(user_.value) + R"(},"token":")"));
  EXPECT_TRUE(reply.body.contains(R"(,"sessionExpires":"2025-01-29T10:30:00.000Z"})")) << reply.body;
}

TEST_P(AuthRoutesTest, VerifySession_KnownToTheDatabaseThenToTheCache_SaysTheSame) {
  const std::string session = opened().session;
  const Reply first = verify_session(session);
  EXPECT_EQ(first.status, Status::ok);
  EXPECT_TRUE(first.body.contains(R"("email":"ada@example.com","first_name":"Ada","last_name":"Lovelace"},)"))
      << first.body;
  EXPECT_EQ(verify_session(session).body, first.body);
}

TEST_P(AuthRoutesTest, LogOut_EndsTheSession) {
  const std::string session = opened().session;
  const Reply reply = post("/user-auth/logout", R"({"session":")" + session + R"("})");
  EXPECT_EQ(reply.body, R"({"message":"Logged out successfully"})");
  const Reply after = verify_session(session);
  EXPECT_EQ(after.status, Status::unauthorized);
  EXPECT_EQ(after.body, R"({"error":"Session not found","code":"session_ended","requestId":"test"})");
}

TEST_P(AuthRoutesTest, VerifySession_AfterItsTime_IsExpired) {
  const std::string session = opened().session;
  clock_.advance(std::chrono::days{8});
  EXPECT_EQ(verify_session(session).body, R"({"error":"Session expired","code":"session_expired","requestId":"test"})");
}

TEST_P(AuthRoutesTest, VerifyToken_AnswersItsUserUntilTheSessionEnds) {
  const auto login = opened();
  const std::string authorization = "Bearer " + login.token;
  for (int time = 0; time < 2; ++time) {
    const Reply reply = verify_token(authorization);
    EXPECT_EQ(reply.status, Status::ok);
    EXPECT_TRUE(reply.body.starts_with(R"({"userId":)" + std::to_string(user_.value) + R"(,"expiresAt":")"));
  }
  run(capabilities_.session_ends.log_out(login.session, {}));
  EXPECT_EQ(verify_token(authorization).body, R"({"error":"Invalid token","code":"invalid_token","requestId":"test"})");
}

TEST_P(AuthRoutesTest, VerifyToken_WithoutOne_Is401) {
  for (const char* authorization : {"", "Bearer ", "Basic YTpi", "Bearer x.y.z", "x.y.z", "Bearer", " "}) {
    const Reply reply = verify_token(authorization);
    EXPECT_EQ(reply.status, Status::unauthorized) << authorization;
    EXPECT_EQ(reply.body, R"({"error":"Invalid token","code":"invalid_token","requestId":"test"})");
  }
}

TEST_P(AuthRoutesTest, DetailedLoginErrors_TellUnknownEmailFromWrongPassword) {
  ApiSettings settings;
  settings.login_errors = LoginErrors::detailed;
  AuthRoutes detailed{login_, identity_, capabilities_.session_ends, settings, 64};
  const RouteTable routes = RouteList<AuthRoutes>::bind(detailed);
  Dispatcher dispatcher{{.routes = routes,
                         .cors = cors_,
                         .access = api_keys_,
                         .limiter = no_limits_.limiter(),
                         .trail = trail_,
                         .traffic = traffic_,
                         .ready = ready_,
                         .on_failure = {}}};
  const GivenHeaders headers{{Field::api_key, "the key"}, {Field::content_type, "application/json"}};
  const Reply unknown =
      ask_with(dispatcher, Method::post, "/user-auth", R"({"email":"x@example.com","password":"x"})", headers);
  EXPECT_EQ(unknown.status, Status::not_found);
  EXPECT_EQ(unknown.body, R"({"error":"User not found","code":"user_not_found","requestId":"test"})");
  const Reply wrong =
      ask_with(dispatcher, Method::post, "/user-auth", R"({"email":"ada@example.com","password":"x"})", headers);
  EXPECT_EQ(wrong.status, Status::unauthorized);
  EXPECT_EQ(wrong.body, R"({"error":"Invalid password","code":"invalid_password","requestId":"test"})");
}

TEST_P(AuthRoutesTest, Refusals_AreAsDescribed) {
  const std::string no_session =
      R"({"error":"Session is required","code":"session_required",)"
      R"("details":[{"field":"session","message":"is required","code":"required"}],"requestId":"test"})";
  const std::string no_json = R"({"error":"Invalid JSON format","code":"invalid_json","requestId":"test"})";
  const std::string uniform = R"({"error":"Invalid credentials","code":"invalid_credentials","requestId":"test"})";
  const std::vector<RefusedRequest> cases{
      {Method::post, "/user-auth", "{}", Status::bad_request,
       R"({"error":"Email and password are required","code":"missing_credentials",)"
       R"("details":[{"field":"email","message":"is required","code":"required"},)"
       R"({"field":"password","message":"is required","code":"required"}],"requestId":"test"})"},
      {Method::post, "/user-auth", R"({"email":"ada@example.com","password":"x"})", Status::unauthorized, uniform},
      {Method::post, "/user-auth", R"({"email":"x@example.com","password":"x"})", Status::unauthorized, uniform},
      {Method::post, "/user-auth", "{", Status::bad_request, no_json},
      {Method::post, "/user-auth", R"({"email":1})", Status::bad_request,
       R"({"error":"Validation failed","code":"validation_failed",)"
       R"("details":[{"field":"email","message":"must be a string","code":"wrong_type"}],"requestId":"test"})"},
      {Method::post, "/user-auth/logout", "{}", Status::bad_request, no_session},
      {Method::post, "/user-auth/logout", "[", Status::bad_request, no_json},
      {Method::post, "/user-auth/verify-session", "", Status::bad_request, no_session},
      {Method::post, "/user-auth/verify-session", R"({"session":null})", Status::bad_request, no_session},
      {Method::post, "/user-auth/verify-session", R"({"session":"x"})", Status::unauthorized,
       R"({"error":"Invalid session","code":"invalid_session","requestId":"test"})"},
  };
  for (const auto& one : cases) {
    const Reply reply = ask(one.method, one.target, one.body);
    EXPECT_EQ(reply.status, one.status) << one.target << one.body;
    EXPECT_EQ(reply.body, one.answer) << one.target << one.body;
  }
}

TEST_P(AuthRoutesTest, BodyThatIsNotDeclaredAsJson_Is415) {
  const Reply reply = ask_with(dispatcher_, Method::post, "/user-auth", login_of_ada,
                               {{Field::api_key, "the key"}, {Field::content_type, "text/plain"}});
  EXPECT_EQ(reply.status, Status::unsupported_media_type);
  EXPECT_EQ(reply.body,
            R"({"error":"Content-Type must be application/json","code":"unsupported_media_type","requestId":"test"})");
}

TEST_P(AuthRoutesTest, WithoutACache_SessionsAndTokensAreStillVerified) {
  const auto login = opened();
  const SystemBootClock boot_clock;
  sessions::SessionCache none{0, boot_clock};
  sessions::SessionService uncached{*database_, none,    shared_.keys->sealer,
                                    clock_,     random_, testing::test_settings().sessions};
  flows::IdentityFlow identity{uncached, verifier_, clock_, random_};
  const ApiSettings settings;
  flows::SessionEndFlow ends{*database_, uncached, clock_};
  AuthRoutes auth{login_, identity, ends, settings, 64};
  const RouteTable routes = RouteList<AuthRoutes>::bind(auth);
  Dispatcher dispatcher{{.routes = routes,
                         .cors = cors_,
                         .access = api_keys_,
                         .limiter = no_limits_.limiter(),
                         .trail = trail_,
                         .traffic = traffic_,
                         .ready = ready_,
                         .on_failure = {}}};
  const std::string authorization = "Bearer " + login.token;
  const std::string body = R"({"session":")" + login.session + R"("})";
  EXPECT_EQ(ask_with(dispatcher, Method::post, "/user-auth/verify-token", {},
                     {{Field::api_key, "the key"}, {Field::authorization, authorization}})
                .status,
            Status::ok);
  EXPECT_EQ(ask_with(dispatcher, Method::post, "/user-auth/verify-session", body,
                     {{Field::api_key, "the key"}, {Field::content_type, "application/json"}})
                .status,
            Status::ok);
}

}  // namespace
}  // namespace gatehouse::api
