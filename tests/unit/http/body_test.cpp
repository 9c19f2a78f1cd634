#include "http/body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::http {
namespace {

struct Credentials {
  std::string_view email;
  SecretString password;
};
constexpr Problem required{Status::bad_request, "missing_credentials", "Email and password are required"};
constexpr auto credentials =
    body_fields(required, field("email", &Credentials::email), field("password", &Credentials::password));

struct Settings {
  std::optional<std::string> name;
  std::optional<bool> active;
  std::optional<std::int64_t> limit;
  std::optional<std::vector<std::string>> scopes;
};
constexpr auto settings_body =
    body_fields(field("name", &Settings::name, {.bytes_max = 5}), field("active", &Settings::active),
                field("limit", &Settings::limit, {.min = 1, .max = 100}),
                field("scopes", &Settings::scopes, {.bytes_max = 4, .entries_max = 2}));

Request request_with(std::string_view body) {
  Request request;
  request.body = body;
  request.headers.add(Field::content_type, "application/json");
  return request;
}

/// A body that is read, and what its views need.
struct Reading {
  explicit Reading(std::string_view json)
      : body(read_body(request_with(json), credentials, texts, UnknownFields::refuse)) {}

  json::TextBuffer texts;
  std::expected<Credentials, BodyError> body;
};

BodyFault fault_of(std::string_view json) {
  const Reading reading{json};
  EXPECT_FALSE(reading.body) << json;
  return reading.body ? BodyFault{} : reading.body.error().fault;
}

FieldErrors details(std::string_view json) {
  const Reading reading{json};
  EXPECT_FALSE(reading.body) << json;
  if (reading.body) return {};
  EXPECT_EQ(reading.body.error().fault, BodyFault::invalid_fields) << json;
  return reading.body.error().details;
}

/// The only mistake in a body of settings, as `field message`; "" if the body is accepted.
std::string settings_problem(std::string_view json) {
  const auto body = read_body(request_with(json), settings_body, UnknownFields::refuse);
  if (body) return "";
  EXPECT_EQ(body.error().details.size(), 1U) << json;
  return body.error().details[0].field + ' ' + body.error().details[0].message;
}

TEST(Body, KnownStrings_AreRead) {
  const Reading reading{R"({"password":"p w","email":"a@b"})"};
  ASSERT_TRUE(reading.body);
  EXPECT_EQ(reading.body->email, "a@b");
  EXPECT_EQ(reading.body->password.reveal(), "p w");
}

TEST(Body, Escapes_AreResolved) {
  const Reading reading{R"({"email":"\u0061\"\\@b","password":"\ud83d\udd11\n"})"};
  ASSERT_TRUE(reading.body);
  EXPECT_EQ(reading.body->email, "a\"\\@b");
  EXPECT_EQ(reading.body->password.reveal(), "🔑\n");
}

TEST(Body, ViewsOfTextWithoutEscapes_PointIntoTheBody) {
  constexpr std::string_view json = R"({"email":"a@b","password":"p"})";
  const Reading reading{json};
  ASSERT_TRUE(reading.body);
  EXPECT_EQ(reading.body->email.data(), json.data() + json.find("a@b"));
  EXPECT_EQ(reading.texts.size(), 0U);
}

TEST(Body, RequiredFieldAbsentNullOrEmpty_IsMissingInTheTablesOrder) {
  for (const std::string_view json :
       {"", "{}", R"({"email":null})", R"({"password":"","email":""})", R"({"password":null,"email":null})"}) {
    const Reading reading{json};
    ASSERT_FALSE(reading.body) << json;
    const BodyError& error = reading.body.error();
    EXPECT_EQ(error.fault, BodyFault::missing_fields);
    EXPECT_EQ(error.missing, &required);
    ASSERT_EQ(error.details.size(), 2U);
    EXPECT_EQ(error.details[0].field, "email");
    EXPECT_EQ(error.details[0].message, "is required");
    EXPECT_EQ(error.details[0].code, "required");
    EXPECT_EQ(error.details[1].field, "password");
  }
}

TEST(Body, OneMissingField_IsNamedAlone) {
  const Reading reading{R"({"email":"a"})"};
  ASSERT_FALSE(reading.body);
  ASSERT_EQ(reading.body.error().details.size(), 1U);
  EXPECT_EQ(reading.body.error().details[0].field, "password");
}

TEST(Body, WrongFields_ComeBeforeMissingOnes) { EXPECT_EQ(details(R"({"email":1})").size(), 1U); }

TEST(Body, UnknownField_IsNamed) {
  const FieldErrors errors = details(R"({"email":"a","role":"admin","role":{}})");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].field, "role");
  EXPECT_EQ(errors[0].message, "is not a known field");
}

TEST(Body, UnknownFieldThatIsSkipped_MayHoldAnything) {
  const auto request = request_with(R"({"role":{"a":["\u0000"]},"x":"\u0000","role":1,"limit":5})");
  const auto body = read_body(request, settings_body, UnknownFields::skip);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->limit, 5);
}

TEST(Body, DuplicateField_IsRefused) {
  const FieldErrors errors = details(R"({"email":"a","email":"b"})");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].field, "email");
  EXPECT_EQ(errors[0].message, "is given more than once");
  EXPECT_EQ(details(R"({"email":null,"\u0065mail":"b"})").size(), 1U);
}

TEST(Body, SeveralFaults_AreToldInTheBodysOrderOnceAField) {
  const FieldErrors errors = details(R"({"x":1,"password":[1],"email":1,"email":2,"password":"a"})");
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].field, "x");
  EXPECT_EQ(errors[1].field, "password");
  EXPECT_EQ(errors[2].field, "email");
  EXPECT_EQ(errors[2].message, "must be a string");
}

TEST(Body, OtherTypes_AreRefusedByName) {
  for (const char* json : {R"({"email":1})", R"({"email":-1.5e3})", R"({"email":true})", R"({"email":{}})",
                           R"({"email":{"email":"x"}})", R"({"email":["x"]})", R"({"email":18446744073709551615})"}) {
    const FieldErrors errors = details(json);
    ASSERT_EQ(errors.size(), 1U) << json;
    EXPECT_EQ(errors[0].field, "email");
    EXPECT_EQ(errors[0].message, "must be a string");
  }
}

TEST(Body, NulCharacter_IsRefusedByName) {
  const FieldErrors errors = details(R"({"password":"a\u0000b"})");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].field, "password");
  EXPECT_EQ(errors[0].message, "must not contain a NUL character");
}

TEST(Body, WhatIsNoJsonObject_IsRefused) {
  for (const std::string& json :
       {std::string{"{"}, std::string{"[]"}, std::string{"\"email\""}, std::string{"null"}, std::string{"{} {}"},
        std::string{"{\"email\":\"a\",}"}, std::string{"{'email':'a'}"}, std::string{"{\"email\":\"a\nb\"}"},
        std::string{"{\"\\ud800\":\"a\"}"}, std::string{"{\"email\":\"a\",\"\\udc00\":\"b\"}"},
        std::string{"{\"email\":null,\"\\ud800\":1}"}, std::string{"{\"email\":\"a\"\xFF}"},
        std::string{"{\"email\":NaN}"}, std::string{" "}, std::string{"{/**/}"}, std::string{"{\"x\":\"\\ud800\"}"}}) {
    EXPECT_EQ(fault_of(json), BodyFault::invalid_json) << json;
  }
}

TEST(Body, TextThatIsNoUnicode_NamesItsField) {
  for (const std::string& text : {std::string{"\xFF"}, std::string{"long enough \xC0\xAF"}, std::string{"\xED\xA0\x80"},
                                  std::string{"\\ud800"}, std::string{"a\\ud800b"}, std::string{"\\udc00"}}) {
    const FieldErrors errors = details("{\"password\":\"a\",\"email\":\"" + text + "\"}");
    ASSERT_EQ(errors.size(), 1U) << text;
    EXPECT_EQ(errors[0].field, "email");
    EXPECT_EQ(errors[0].message, "must be well-formed Unicode");
  }
}

TEST(Body, NestingBeyondTheLimit_IsNoJsonToUs) {
  const auto nested = [](std::size_t depth) {
    return fault_of("{\"email\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}");
  };
  EXPECT_EQ(nested(json::widest_limits.depth_max), BodyFault::invalid_fields);
  EXPECT_EQ(nested(json::widest_limits.depth_max + 1), BodyFault::invalid_json);
}

TEST(Body, ManyUnknownFields_AreBounded) {
  std::string json = "{";
  for (int i = 0; i < 1000; ++i) json += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
  EXPECT_EQ(fault_of(json + "}"), BodyFault::invalid_json);
}

TEST(Body, EveryKindOfField_IsRead) {
  const auto body =
      read_body(request_with(R"({"name":"Ada","active":false,"limit":100,"scopes":["a","\u0062"]})"), settings_body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->name, "Ada");
  EXPECT_EQ(body->active, false);
  EXPECT_EQ(body->limit, 100);
  EXPECT_EQ(body->scopes, (std::vector<std::string>{"a", "b"}));
}

TEST(Body, OptionalFieldAbsentOrNull_IsNothingAndEmptyIsThere) {
  const auto body = read_body(request_with(R"({"name":null,"active":null,"limit":null,"scopes":null})"), settings_body);
  ASSERT_TRUE(body);
  EXPECT_FALSE(body->name || body->active || body->limit || body->scopes);
  const auto empty = read_body(request_with(R"({"name":"","scopes":[]})"), settings_body);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->name, "");
  EXPECT_EQ(empty->scopes, std::vector<std::string>{});
}

TEST(Body, ValueOfAnotherKind_IsRefusedWithTheKind) {
  EXPECT_EQ(settings_problem(R"({"active":"true"})"), "active must be true or false");
  EXPECT_EQ(settings_problem(R"({"active":[]})"), "active must be true or false");
  EXPECT_EQ(settings_problem(R"({"active":"\u0000"})"), "active must be true or false");
  for (const std::string_view number : {"1.0", "1e1", "\"5\"", "{}", "[5]", "9223372036854775808"}) {
    EXPECT_EQ(settings_problem("{\"limit\":" + std::string{number} + "}"), "limit must be a whole number");
  }
  for (const std::string_view list : {"\"a\"", "{}", "[[]]", "[{}]", "[1]", "[null]", "[\"a\",true]"}) {
    EXPECT_EQ(settings_problem("{\"scopes\":" + std::string{list} + "}"), "scopes must be a list of strings");
  }
}

TEST(Body, Bounds_HoldExactly) {
  EXPECT_EQ(settings_problem(R"({"name":"12345","limit":1,"scopes":["1234","1234"]})"), "");
  EXPECT_EQ(settings_problem(R"({"name":"123456"})"), "name must be at most 5 bytes long");
  EXPECT_EQ(settings_problem(R"({"limit":0})"), "limit must be a whole number from 1 to 100");
  EXPECT_EQ(settings_problem(R"({"limit":101})"), "limit must be a whole number from 1 to 100");
  EXPECT_EQ(settings_problem(R"({"scopes":["a","b","c"]})"), "scopes must have at most 2 entries");
  EXPECT_EQ(settings_problem(R"({"scopes":["12345"]})"), "scopes must have entries of at most 4 bytes");
  EXPECT_EQ(settings_problem(R"({"scopes":["\u0000"]})"), "scopes must not contain a NUL character");
}

TEST(Body, WithoutJsonMediaType_Is415) {
  Request request;
  request.body = R"({"limit":1})";
  const auto missing = read_body(request, settings_body);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().fault, BodyFault::unsupported_media_type);
  request.headers.add(Field::content_type, "text/plain");
  EXPECT_FALSE(read_body(request, settings_body));
}

TEST(Body, MediaTypeGivenTwice_Is415) {
  Request request = request_with("{}");
  request.headers.add(Field::content_type, "application/json");
  EXPECT_FALSE(read_body(request, settings_body));
}

TEST(Body, JsonMediaTypeWithCharset_IsTaken) {
  Request request;
  request.body = "{}";
  request.headers.add(Field::content_type, "Application/JSON ; charset=utf-8");
  EXPECT_TRUE(read_body(request, settings_body));
}

// Such a body was once read as JSON, and the refusal spoke of broken JSON.
TEST(Body, CompressedBody_IsRefusedAsEncoded) {
  for (const char* coding : {"gzip", "br", "deflate, gzip", "identity, gzip", "x"}) {
    Request request = request_with("\x1F\x8B");
    request.headers.add(Field::content_encoding, coding);
    EXPECT_EQ(read_body(request, settings_body).error().fault, BodyFault::unsupported_encoding) << coding;
  }
  for (const char* coding : {"identity", "Identity", ""}) {
    Request request = request_with("{}");
    request.headers.add(Field::content_encoding, coding);
    EXPECT_TRUE(read_body(request, settings_body)) << coding;
  }
  Request twice = request_with("{}");
  twice.headers.add(Field::content_encoding, "identity");
  twice.headers.add(Field::content_encoding, "gzip");
  EXPECT_FALSE(read_body(twice, settings_body));
}

TEST(Body, WideCharacters_AreRefusedAsTheirCharset) {
  using namespace std::string_view_literals;
  for (const std::string_view body : {"\xFF\xFE{\0}\0"sv, "\xFE\xFF\0{\0}"sv, "{\0}\0"sv, "\0{\0}"sv, "\0\0\0{"sv,
                                      "{\0\0\0"sv, "\0\0\xFE\xFF\0\0\0{"sv, "\xFF\xFE\0\0{\0\0\0"sv}) {
    EXPECT_EQ(read_body(request_with(body), settings_body).error().fault, BodyFault::unsupported_charset);
  }
  for (const char* type : {"application/json; charset=utf-16", "application/json;charset=\"UTF-32LE\""}) {
    Request request;
    request.body = "{}";
    request.headers.add(Field::content_type, type);
    EXPECT_EQ(read_body(request, settings_body).error().fault, BodyFault::unsupported_charset) << type;
  }
}

TEST(Body, ByteOrderMarkBeforeJson_IsSkipped) {
  const auto body = read_body(request_with("\xEF\xBB\xBF{\"limit\":5}"), settings_body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->limit, 5);
  EXPECT_FALSE(read_body(request_with("\xEF\xBB\xBF\xEF\xBB\xBF{}"), settings_body));
  EXPECT_FALSE(read_body(request_with("\xEF\xBB{}"), settings_body));
}

TEST(Body, IgnoredField_MayHoldAnythingEvenWhereUnknownOnesAreRefused) {
  constexpr auto table =
      body_fields(field("name", &Settings::name), ignored_field<Settings>("id"), field("limit", &Settings::limit));
  const auto request = request_with(R"({"id":{"a":["\u0000"]},"name":"Ada","id":1,"limit":5})");
  const auto body = read_body(request, table, UnknownFields::refuse);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->name, "Ada");
  EXPECT_EQ(body->limit, 5);
  EXPECT_FALSE(read_body(request_with(R"({"ids":1})"), table, UnknownFields::refuse));
}

TEST(Body, EmptyBody_IsAnEmptyObject) { EXPECT_TRUE(read_body(Request{}, settings_body)); }

}  // namespace
}  // namespace gatehouse::http
