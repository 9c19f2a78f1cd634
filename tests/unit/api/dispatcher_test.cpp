#include "api/dispatcher.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "dispatcher_fixture.hpp"
#include "passwords/password_service.hpp"

namespace gatehouse::api {
namespace {

using http::Admission;
using http::Answer;
using http::Field;
using http::Method;
using http::Request;
using http::Status;

using database::Unavailable;

class DispatcherTest : public DispatcherFixture {};

TEST_F(DispatcherTest, Handler_IsRun) {
  thing_.on_answer = greet;
  dispatch();
  EXPECT_EQ(answer_.status(), Status::ok);
  EXPECT_TRUE(failures_.empty());
}

TEST_F(DispatcherTest, SchemaNotReady_ClosedRoutesAre503AndOpenOnesAnswer) {
  ready_ = false;
  thing_.on_answer = greet;
  dispatch();
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
  EXPECT_TRUE(answered_with("Retry-After: 1\r\n"));

  request_.path = "/open";
  answer_.reset(request_);
  dispatch();
  EXPECT_EQ(answer_.status(), Status::ok);
}

TEST_F(DispatcherTest, SchemaNotReady_WithoutKey_IsStill401) {
  ready_ = false;
  thing_.on_answer = greet;
  slow_policy_.is_away = true;
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::service_unavailable) << "keys that need it are not looked up";
  EXPECT_TRUE(failures_.empty());
  answer_.reset(request_);
  request_.headers = {};
  dispatch();
  EXPECT_EQ(answer_.status(), Status::unauthorized);
}

TEST_F(DispatcherTest, UnexpectedException_Is500WithoutItsText) {
  thing_.on_answer = [](const Request&, Answer&) -> Task<> {
    throw std::runtime_error("column secret_things does not exist");
  };
  dispatch();
  EXPECT_EQ(answer_.status(), Status::internal_server_error);
  EXPECT_TRUE(answered_with(R"({"error":"Internal server error","code":"internal_error","requestId":"test"})"));
  EXPECT_FALSE(answered_with("secret_things"));
  EXPECT_EQ(failures_, std::vector<std::string>{"test: column secret_things does not exist"});
}

TEST_F(DispatcherTest, ExceptionOfAnImmediateHandler_Is500) {
  thing_.on_answer_now = [](const Request&, Answer&) -> bool { throw std::runtime_error("broken"); };
  dispatch();
  EXPECT_EQ(answer_.status(), Status::internal_server_error);
  EXPECT_EQ(failures_.size(), 1u);
}

TEST_F(DispatcherTest, DatabaseAway_Is503AndLogged) {
  thing_.on_answer = [](const Request&, Answer&) -> Task<> {
    throw Unavailable{Unavailable::Reason::connection, "gone"};
  };
  dispatch();
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
  EXPECT_TRUE(answered_with("Retry-After: 1\r\n"));
  EXPECT_TRUE(answered_with(R"({"error":"Service temporarily unavailable","code":"unavailable","requestId":"test"})"));
  EXPECT_EQ(failures_, std::vector<std::string>{"test: gone"});
}

TEST_F(DispatcherTest, HashingOverloaded_Is503WithThePredictedWait) {
  thing_.on_answer = [](const Request&, Answer&) -> Task<> {
    throw passwords::HashingOverloaded{{.retry_after = std::chrono::seconds{7}}};
  };
  dispatch();
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
  EXPECT_TRUE(answered_with("Retry-After: 7\r\n"));
  EXPECT_TRUE(failures_.empty()) << "the log would grow with the load";
}

TEST_F(DispatcherTest, ListThatBreaksHalfWay_IsNotEndedAsIfItWereWhole) {
  thing_.on_answer = [](const Request&, Answer& answer) -> Task<> {
    answer.begin_stream(Status::ok);
    std::string part = "[1";
    (void)co_await answer.write(std::move(part));
    throw Unavailable{Unavailable::Reason::connection, "gone"};
  };
  dispatch();
  EXPECT_TRUE(answered_with("2\r\n[1\r\n"));
  EXPECT_FALSE(answered_with("\r\n0\r\n")) << "the last chunk would say that this is all";
  EXPECT_TRUE(answer_.closes_connection());
  EXPECT_EQ(failures_.size(), 1u);
}

TEST_F(DispatcherTest, UnreadableRequest_CanBeReadAboutByTheBrowserThatSentIt) {
  request_.headers.add(Field::origin, "https://app.example");
  dispatcher_.refuse_unreadable(Status::payload_too_large, request_, answer_);
  EXPECT_EQ(answer_.status(), Status::payload_too_large);
  EXPECT_TRUE(answered_with("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_TRUE(answered_with(R"({"error":"Request body too large","code":"body_too_large","requestId":"test"})"));
}

TEST_F(DispatcherTest, Head_IsGetWithoutItsBody) {
  thing_.on_answer = [](const Request&, Answer& answer) -> Task<> {
    answer.begin_stream(Status::ok);
    std::string part = "[]";
    (void)co_await answer.write(std::move(part));
    answer.end_stream();
  };
  request_.method = Method::head;
  dispatch();
  EXPECT_EQ(answer_.status(), Status::ok);
  EXPECT_TRUE(out_.ends_with("\r\n\r\n")) << out_;
}

TEST_F(DispatcherTest, CallerOfTheKey_IsKnownToTheHandler) {
  Caller seen;
  thing_.on_answer_now = [&seen](const Request& request, Answer& answer) {
    seen = request.caller;
    answer.send(Status::ok, "{}");
    return true;
  };
  dispatch();
  EXPECT_EQ(seen.kind, Caller::Kind::env);
  EXPECT_EQ(seen.name, "API_KEY");
}

TEST_F(DispatcherTest, VerdictThatTakesTime_IsWaitedFor) {
  thing_.on_answer = greet;
  EXPECT_EQ(waiting_dispatcher_.admit(request_, answer_), Admission::with_body);
  EXPECT_FALSE(waiting_dispatcher_.begin(request_, answer_)) << "nothing is answered before the verdict";
  EXPECT_FALSE(answer_.is_sent());
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::ok);
  EXPECT_EQ(request_.caller.name, "slow");
}

TEST_F(DispatcherTest, AwaitedVerdictWithoutTheScope_Is403) {
  request_.method = Method::put;
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::forbidden);
  EXPECT_TRUE(
      answered_with(R"({"error":"API key lacks scope users:write","code":"missing_scope","requestId":"test"})"));
}

TEST_F(DispatcherTest, AwaitedRefusal_IsAnswered) {
  slow_policy_.verdict = std::unexpected(http::Problem{Status::unauthorized, "invalid_api_key", "Invalid API key"});
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::unauthorized);
  EXPECT_TRUE(answered_with(R"({"error":"Invalid API key","code":"invalid_api_key","requestId":"test"})"));
}

TEST_F(DispatcherTest, AwaitedVerdict_ComesBeforeWhetherThereIsAPath) {
  request_.path = "/nothing";
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::not_found);
}

TEST_F(DispatcherTest, AwaitedVerdict_WhileTheSchemaIsNotReady_Is503) {
  ready_ = false;
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
}

TEST_F(DispatcherTest, SourceOfTheVerdictAway_Is503) {
  slow_policy_.is_away = true;
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
  EXPECT_EQ(failures_, std::vector<std::string>{"test: gone"});
}

TEST_F(DispatcherTest, MisspeltPath_IsRedirectedForReaders) {
  request_.path = "/Thing/";
  request_.query = "a=b";
  for (const Method method : {Method::get, Method::head}) {
    request_.method = method;
    answer_.reset(request_);
    dispatch();
    EXPECT_EQ(answer_.status(), Status::permanent_redirect);
    EXPECT_TRUE(answered_with("Location: /thing?a=b\r\n"));
  }
  EXPECT_TRUE(answered_with(R"({"location":"/thing?a=b"})"));
}

TEST_F(DispatcherTest, MisspeltPath_OfAnythingElseIs404ThatNamesTheRightOne) {
  request_.path = "/THING";
  request_.method = Method::put;
  dispatch();
  EXPECT_EQ(answer_.status(), Status::not_found);
  EXPECT_TRUE(answered_with(
      R"({"error":"Not found; write the path exactly: /thing","code":"path_not_exact","requestId":"test"})"));
}

TEST_F(DispatcherTest, MisspeltPath_NeedsTheKeyThatTheRightOneNeeds) {
  request_.headers = {};
  request_.path = "/THING";
  dispatch();
  EXPECT_EQ(answer_.status(), Status::unauthorized);
  request_.path = "/open/";
  answer_.reset(request_);
  dispatch();
  EXPECT_EQ(answer_.status(), Status::permanent_redirect);
  request_.method = Method::put;
  answer_.reset(request_);
  dispatch();
  EXPECT_EQ(answer_.status(), Status::unauthorized);
}

TEST_F(DispatcherTest, LoosePaths_AnswerInEverySpelling) {
  const RouteTable loose = RouteList<Thing>::bind(thing_, http::PathForm::loose);
  Dispatcher dispatcher{{.routes = loose,
                         .cors = cors_,
                         .access = api_keys_,
                         .limiter = no_limits_.limiter(),
                         .trail = trail_,
                         .traffic = traffic_,
                         .ready = ready_,
                         .on_failure = {}}};
  thing_.on_answer = greet;
  request_.path = "/Thing/";
  dispatch(dispatcher);
  EXPECT_EQ(answer_.status(), Status::ok);
}

// HAProxy's `option httpchk` sends such requests, without a key.
TEST_F(DispatcherTest, OptionsWithoutKey_Was401) {
  request_.method = Method::options;
  request_.headers = {};
  for (const std::string_view path : {"/thing", "/open", "/", "*", "/nothing", "/THING"}) {
    request_.path = path;
    answer_.reset(request_);
    out_.clear();
    dispatch();
    EXPECT_EQ(answer_.status(), Status::no_content) << path;
    EXPECT_EQ(answered_with("Allow: GET, HEAD, PUT\r\n"), path == "/thing") << path;
  }
}

// Bodies were once read first: 9,900 clients without a key made the process hold 1.2 GB.
TEST_F(DispatcherTest, KeyOfARequest_WasLookedAtAfterItsBody) {
  request_.method = Method::put;
  EXPECT_EQ(dispatcher_.admit(request_, answer_), Admission::with_body);
  request_.headers = {};
  answer_.reset(request_);
  EXPECT_EQ(dispatcher_.admit(request_, answer_), Admission::answered);
  EXPECT_EQ(answer_.status(), Status::unauthorized);
}

TEST_F(DispatcherTest, OpenRoute_HasNoUseForABody) {
  request_.path = "/open";
  request_.headers = {};
  EXPECT_EQ(dispatcher_.admit(request_, answer_), Admission::without_body);
  EXPECT_FALSE(answer_.is_sent());
}

TEST_F(DispatcherTest, PlainHttpWhereHttpsIsRequired_IsRefusedAndNotRedirected) {
  Dispatcher strict{{.routes = routes_,
                     .cors = cors_,
                     .access = api_keys_,
                     .limiter = no_limits_.limiter(),
                     .trail = trail_,
                     .traffic = traffic_,
                     .ready = ready_,
                     .on_failure = {},
                     .requires_https = true}};
  thing_.on_answer = greet;
  const auto status = [&](std::string_view path, Method method, bool is_confidential) {
    request_.path = path;
    request_.method = method;
    request_.is_confidential = is_confidential;
    out_.clear();
    answer_.reset(request_);
    dispatch(strict);
    return answer_.status();
  };
  for (const Method method : {Method::get, Method::put, Method::options, Method::unknown}) {
    for (const char* path : {"/thing", "/open", "/gate", "/nothing", "/", "/healthy", "/health/unknown", "/Health"}) {
      EXPECT_EQ(status(path, method, false), Status::forbidden) << path;
      EXPECT_TRUE(out_.contains(R"("code":"https_required")")) << out_;
      EXPECT_FALSE(out_.contains("Location")) << out_;
    }
  }
  EXPECT_EQ(status("/thing", Method::get, true), Status::ok);
  for (const char* path : {"/health", "/health/ready"}) EXPECT_EQ(status(path, Method::get, false), Status::ok) << path;
  EXPECT_TRUE(trail_.notes.empty());
}

TEST_F(DispatcherTest, RelayedRoute_HasNoUseForABody) {
  request_.path = "/gate";
  EXPECT_EQ(dispatcher_.admit(request_, answer_), Admission::without_body);
  EXPECT_EQ(waiting_dispatcher_.admit(request_, answer_), Admission::without_body);
  EXPECT_FALSE(answer_.is_sent());
}

TEST_F(DispatcherTest, FieldsOfAGatewaysClient_MayAskForNothing) {
  request_.path = "/gate";
  thing_.on_answer = greet;
  dispatch();
  EXPECT_EQ(answer_.status(), Status::ok);
  EXPECT_EQ(request_.caller.name, "API_KEY");
  EXPECT_EQ(request_.caller.scopes, Scopes{});
}

// A gateway whose key lacks the scope asks as often as its clients like.
TEST_F(DispatcherTest, MissingScopeOfAGateway_IsCounted) {
  request_.path = "/gate";
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::forbidden);
  EXPECT_EQ(trail_.notes, std::vector<std::string>{"count: missing_scope"});
}

TEST_F(DispatcherTest, PreflightOfAGatewaysClient_IsTheRoutes) {
  request_.path = "/gate";
  request_.method = Method::options;
  request_.headers.add(Field::origin, "https://app.example");
  request_.headers.add(Field::access_control_request_method, "PUT");
  thing_.on_answer = greet;
  dispatch();
  EXPECT_EQ(answer_.status(), Status::ok);
  request_.path = "/GATE";
  answer_.reset(request_);
  dispatch();
  EXPECT_EQ(answer_.status(), Status::not_found);
}

TEST_F(DispatcherTest, OpenRoute_AsksNoPolicy) {
  slow_policy_.is_away = true;
  thing_.on_answer = greet;
  request_.path = "/open";
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::ok);
  EXPECT_EQ(request_.caller.kind, Caller::Kind::open);
}

}  // namespace
}  // namespace gatehouse::api
