#include <gtest/gtest.h>

#include <string>

#include "api/access/cors.hpp"
#include "http/request_ids.hpp"
#include "unit/http/answer_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::AnswerFixture;
using http::Field;
using http::Method;
using http::Request;
using http::RequestIds;
using http::Status;

using MiddlewareTest = AnswerFixture;

TEST_F(MiddlewareTest, Cors_AllowedOrigin_IsEchoedWithCredentials) {
  request_.headers.add(Field::origin, "https://app.example");
  const Cors cors({"https://app.example"});
  cors.add_headers(request_, answer_);
  answer_.send(Status::ok, "{}");
  EXPECT_TRUE(answered_with("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_TRUE(answered_with("Access-Control-Allow-Credentials: true\r\n"));
  EXPECT_TRUE(answered_with("Vary: Origin\r\n"));
}

TEST_F(MiddlewareTest, Cors_OtherOrigin_GetsNothingButVary) {
  request_.headers.add(Field::origin, "https://app.example.evil");
  const Cors cors({"https://app.example"});
  cors.add_headers(request_, answer_);
  answer_.send(Status::ok, "{}");
  EXPECT_FALSE(answered_with("Access-Control"));
  EXPECT_TRUE(answered_with("Vary: Origin\r\n"));
}

TEST_F(MiddlewareTest, Cors_Preflight_IsAnsweredWithoutAKey) {
  request_.method = Method::options;
  request_.headers.add(Field::origin, "https://app.example");
  request_.headers.add(Field::access_control_request_method, "PUT");
  EXPECT_TRUE(Cors({"https://app.example"}).answer_preflight(request_, answer_));
  EXPECT_TRUE(answered_with("204 No Content"));
  EXPECT_TRUE(answered_with("Access-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS\r\n"));
}

TEST_F(MiddlewareTest, Answer_Refusal_CarriesDetailsAndRequestId) {
  answer_.refuse({Status::bad_request, "validation_failed", "Validation failed"}, {{"email", "is \"odd\"", "odd"}});
  EXPECT_TRUE(
      answered_with(R"({"error":"Validation failed","code":"validation_failed",)"
                    R"("details":[{"field":"email","message":"is \"odd\"","code":"odd"}],"requestId":"test"})"));
  EXPECT_TRUE(answered_with("X-Request-Id: test\r\n"));
}

TEST_F(MiddlewareTest, Answer_ToHead_HasLengthButNoBody) {
  request_.method = Method::head;
  answer_.send(Status::ok, "{\"a\":1}");
  EXPECT_TRUE(answered_with("Content-Length: 7\r\n\r\n"));
  EXPECT_TRUE(out_.ends_with("\r\n\r\n"));
}

TEST(RequestIds, SafeOfferedId_IsKept) {
  crypto::SystemRandom random;
  RequestIds ids(random);
  RequestIds::Buffer buffer{};
  EXPECT_EQ(ids.assign("trace-1.a_B", buffer), "trace-1.a_B");
}

TEST(RequestIds, UnsafeOrMissingId_IsReplacedByADistinctOne) {
  crypto::SystemRandom random;
  RequestIds ids(random);
  RequestIds::Buffer first{};
  RequestIds::Buffer second{};
  for (const std::string& offered : {std::string{}, std::string{"a b"}, std::string{"a\x1b"}, std::string(65, 'a')}) {
    EXPECT_NE(ids.assign(offered, first), offered);
  }
  EXPECT_NE(ids.assign({}, first), ids.assign({}, second));
}

}  // namespace
}  // namespace gatehouse::api
