#include "http/json_fields.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::http {
namespace {

auto parse(std::string_view json) { return JsonFields::parse(json, {"email", "password"}); }

FieldErrors details(std::string_view json) {
  const auto fields = parse(json);
  EXPECT_FALSE(fields.has_value()) << json;
  if (fields) return {};
  EXPECT_EQ(fields.error().fault, BodyFault::invalid_fields) << json;
  return fields.error().details;
}

TEST(JsonFields, KnownStrings_AreRead) {
  constexpr std::string_view json = R"({"password":"p w","email":"a@b"})";
  const auto fields = parse(json);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->text(0), "a@b");
  EXPECT_EQ(fields->text(1), "p w");
}

TEST(JsonFields, Escapes_AreResolved) {
  constexpr std::string_view json = R"({"email":"\u0061\"\\@b","password":"\ud83d\udd11\n"})";
  const auto fields = parse(json);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->text(0), "a\"\\@b");
  EXPECT_EQ(fields->text(1), "🔑\n");
}

TEST(JsonFields, AbsentNullAndEmpty_AreTold) {
  constexpr std::string_view json = R"({"email":null})";
  const auto fields = parse(json);
  ASSERT_TRUE(fields);
  EXPECT_EQ((*fields)[0], std::nullopt);
  EXPECT_EQ((*fields)[1], std::nullopt);
  constexpr std::string_view empty = R"({"email":""})";
  EXPECT_EQ((*parse(empty))[0], "");
}

TEST(JsonFields, UnknownField_IsNamed) {
  const FieldErrors errors = details(R"({"email":"a","role":"admin"})");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].field, "role");
}

TEST(JsonFields, DuplicateField_IsRefused) {
  const FieldErrors errors = details(R"({"email":"a","email":"b"})");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].field, "email");
  EXPECT_EQ(errors[0].message, "is given more than once");
  EXPECT_EQ(details(R"({"email":null,"\u0065mail":"b"})").size(), 1U);
}

TEST(JsonFields, OtherTypes_AreRefusedByName) {
  for (const char* json : {R"({"email":1})", R"({"email":-1.5e3})", R"({"email":true})", R"({"email":{}})",
                           R"({"email":{"email":"x"}})", R"({"email":["x"]})", R"({"email":18446744073709551615})"}) {
    const FieldErrors errors = details(json);
    ASSERT_EQ(errors.size(), 1U) << json;
    EXPECT_EQ(errors[0].field, "email");
    EXPECT_EQ(errors[0].message, "must be a string");
  }
}

TEST(JsonFields, NulCharacter_IsRefusedByName) {
  EXPECT_EQ(details(R"({"password":"a\u0000b"})")[0].field, "password");
}

TEST(JsonFields, WhatIsNoJsonObject_IsRefused) {
  for (const std::string& json :
       {std::string{"{"}, std::string{"[]"}, std::string{"\"email\""}, std::string{"null"}, std::string{"{} {}"},
        std::string{"{\"email\":\"a\",}"}, std::string{"{'email':'a'}"}, std::string{"{\"email\":\"a\nb\"}"},
        std::string{"{\"\\ud800\":\"a\"}"}, std::string{"{\"email\":\"a\",\"\\udc00\":\"b\"}"},
        std::string{"{\"email\":null,\"\\ud800\":1}"}, std::string{"{\"email\":\"a\"\xFF}"},
        std::string{"{\"email\":NaN}"}, std::string{" "}, std::string{"{/**/}"}}) {
    const auto fields = parse(json);
    ASSERT_FALSE(fields) << json;
    EXPECT_EQ(fields.error().fault, BodyFault::invalid_json) << json;
  }
}

TEST(JsonFields, TextThatIsNoUnicode_NamesItsField) {
  for (const std::string& text : {std::string{"\xFF"}, std::string{"long enough \xC0\xAF"}, std::string{"\xED\xA0\x80"},
                                  std::string{"\\ud800"}, std::string{"a\\ud800b"}, std::string{"\\udc00"}}) {
    const auto fields = parse("{\"password\":\"a\",\"email\":\"" + text + "\"}");
    ASSERT_FALSE(fields) << text;
    EXPECT_EQ(fields.error().fault, BodyFault::invalid_fields) << text;
    ASSERT_EQ(fields.error().details.size(), 1u) << text;
    EXPECT_EQ(fields.error().details[0].field, "email");
    EXPECT_EQ(fields.error().details[0].message, "must be well-formed Unicode");
  }
}

TEST(JsonFields, NestingBeyondTheLimit_IsNoJsonToUs) {
  const auto nested = [](std::size_t depth) {
    return parse("{\"email\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}").error().fault;
  };
  EXPECT_EQ(nested(JsonFields::depth_max), BodyFault::invalid_fields);
  EXPECT_EQ(nested(JsonFields::depth_max + 1), BodyFault::invalid_json);
}

TEST(JsonFields, ManyUnknownFields_AreBounded) {
  std::string json = "{";
  for (int i = 0; i < 1000; ++i) json += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
  EXPECT_FALSE(parse(json + "}"));
}

TEST(JsonFields, BodyWithoutJsonMediaType_Is415) {
  Request request;
  request.body = "{}";
  const auto missing = JsonFields::read(request, {"email"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().fault, BodyFault::unsupported_media_type);
  request.headers.add(Field::content_type, "text/plain");
  EXPECT_FALSE(JsonFields::read(request, {"email"}));
}

TEST(JsonFields, JsonMediaTypeWithCharset_IsTaken) {
  Request request;
  request.body = "{}";
  request.headers.add(Field::content_type, "Application/JSON ; charset=utf-8");
  EXPECT_TRUE(JsonFields::read(request, {"email"}));
}

TEST(JsonFields, EmptyBody_IsAnEmptyObject) { EXPECT_TRUE(JsonFields::read(Request{}, {"email"})); }

}  // namespace
}  // namespace gatehouse::http
