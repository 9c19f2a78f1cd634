#include "api/dispatcher.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "database/errors.hpp"
#include "passwords/password_service.hpp"
#include "support/run_task.hpp"
#include "unit/http/answer_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Access;
using http::Answer;
using http::AnswerFixture;
using http::Field;
using http::Handler;
using http::Method;
using http::Request;
using http::Router;
using http::Status;

using database::Unavailable;

std::vector<SecretString> one_key() {
  std::vector<SecretString> keys;
  keys.emplace_back("the key");
  return keys;
}

class DispatcherTest : public AnswerFixture {
 protected:
  void SetUp() override {
    AnswerFixture::SetUp();
    request_.method = Method::get;
    request_.path = "/thing";
    request_.headers.add(Field::api_key, "the key");
  }

  void route_to(Handler handler, Access access = Access::api_key) {
    router_.add({.method = Method::get, .pattern = "/thing", .handle = std::move(handler), .access = access});
  }

  /// As a connection does it, from the complete request to the answer.
  void dispatch() {
    if (dispatcher_.begin(request_, answer_)) return;
    boost::asio::io_context io{1};
    testing::run_task(io, dispatcher_.finish(request_, answer_));
  }

  Router router_;
  const Cors cors_{{"https://app.example"}};
  const ApiKeys api_keys_{one_key()};
  std::atomic<bool> ready_ = true;
  std::vector<std::string> failures_;
  Dispatcher dispatcher_{{.router = router_,
                          .cors = cors_,
                          .api_keys = api_keys_,
                          .ready = ready_,
                          .on_failure = [this](std::string_view id, std::string_view what) {
                            failures_.push_back(std::string{id} + ": " + std::string{what});
                          }}};
};

Task<> greet(const Request&, Answer& answer) {
  answer.send(Status::ok, "{}");
  co_return;
}

TEST_F(DispatcherTest, Handler_IsRun) {
  route_to(greet);
  dispatch();
  EXPECT_EQ(answer_.status(), Status::ok);
  EXPECT_TRUE(failures_.empty());
}

TEST_F(DispatcherTest, SchemaNotReady_ClosedRoutesAre503AndOpenOnesAnswer) {
  ready_ = false;
  route_to(greet);
  router_.add({.method = Method::get, .pattern = "/open", .handle = greet, .access = Access::open});
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
  route_to(greet);
  request_.headers = {};
  dispatch();
  EXPECT_EQ(answer_.status(), Status::unauthorized);
}

TEST_F(DispatcherTest, UnexpectedException_Is500WithoutItsText) {
  route_to([](const Request&, Answer&) -> Task<> { throw std::runtime_error("column secret_things does not exist"); });
  dispatch();
  EXPECT_EQ(answer_.status(), Status::internal_server_error);
  EXPECT_TRUE(answered_with(R"({"error":"Internal server error","requestId":"test"})"));
  EXPECT_FALSE(answered_with("secret_things"));
  EXPECT_EQ(failures_, std::vector<std::string>{"test: column secret_things does not exist"});
}

TEST_F(DispatcherTest, ExceptionOfAnImmediateHandler_Is500) {
  router_.add({.method = Method::get, .pattern = "/thing", .handle_now = [](const Request&, Answer&) -> bool {
                 throw std::runtime_error("broken");
               }});
  dispatch();
  EXPECT_EQ(answer_.status(), Status::internal_server_error);
  EXPECT_EQ(failures_.size(), 1u);
}

TEST_F(DispatcherTest, DatabaseAway_Is503AndLogged) {
  route_to([](const Request&, Answer&) -> Task<> { throw Unavailable{Unavailable::Reason::connection, "gone"}; });
  dispatch();
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
  EXPECT_TRUE(answered_with("Retry-After: 1\r\n"));
  EXPECT_TRUE(answered_with(R"("error":"Service temporarily unavailable")"));
  EXPECT_EQ(failures_, std::vector<std::string>{"test: gone"});
}

TEST_F(DispatcherTest, HashingOverloaded_Is503WithThePredictedWait) {
  route_to([](const Request&, Answer&) -> Task<> {
    throw passwords::HashingOverloaded{{.retry_after = std::chrono::seconds{7}}};
  });
  dispatch();
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
  EXPECT_TRUE(answered_with("Retry-After: 7\r\n"));
  EXPECT_TRUE(failures_.empty()) << "the log would grow with the load";
}

TEST_F(DispatcherTest, ListThatBreaksHalfWay_IsNotEndedAsIfItWereWhole) {
  route_to([](const Request&, Answer& answer) -> Task<> {
    answer.begin_stream(Status::ok);
    std::string part = "[1";
    (void)co_await answer.write(std::move(part));
    throw Unavailable{Unavailable::Reason::connection, "gone"};
  });
  dispatch();
  EXPECT_TRUE(answered_with("2\r\n[1\r\n"));
  EXPECT_FALSE(answered_with("\r\n0\r\n")) << "the last chunk would say that this is all";
  EXPECT_TRUE(answer_.closes_connection());
  EXPECT_EQ(failures_.size(), 1u);
}

TEST_F(DispatcherTest, UnreadableRequest_CanBeReadAboutByTheBrowserThatSentIt) {
  request_.headers.add(Field::origin, "https://app.example");
  dispatcher_.refuse_unreadable(Status::content_too_large, request_, answer_);
  EXPECT_EQ(answer_.status(), Status::content_too_large);
  EXPECT_TRUE(answered_with("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_TRUE(answered_with(R"({"error":"Request body too large","requestId":"test"})"));
}

TEST_F(DispatcherTest, Head_IsGetWithoutItsBody) {
  route_to([](const Request&, Answer& answer) -> Task<> {
    answer.begin_stream(Status::ok);
    std::string part = "[]";
    (void)co_await answer.write(std::move(part));
    answer.end_stream();
  });
  request_.method = Method::head;
  dispatch();
  EXPECT_EQ(answer_.status(), Status::ok);
  EXPECT_TRUE(out_.ends_with("\r\n\r\n")) << out_;
}

}  // namespace
}  // namespace gatehouse::api
