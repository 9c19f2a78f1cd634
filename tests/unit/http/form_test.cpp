#include "http/form.hpp"

#include <gtest/gtest.h>

#include <string>

#include "http/body.hpp"

namespace gatehouse::http {
namespace {

struct Names {
  std::optional<std::string> first;
  std::optional<std::string> last;
  std::optional<std::int64_t> limit;
};
constexpr auto names =
    body_fields(field("first", &Names::first), field("last", &Names::last), field("limit", &Names::limit));

std::expected<Names, BodyError> read(std::string_view form, UnknownFields unknown = UnknownFields::refuse) {
  Request request;
  request.body = form;
  request.headers.add(Field::content_type, "application/x-www-form-urlencoded; charset=utf-8");
  return read_body(request, names, unknown);
}

/// What is wrong with a form, as `field code`; "" if it is accepted.
std::string problem_of(std::string_view form) {
  const auto body = read(form);
  if (body) return "";
  if (body.error().fault != BodyFault::invalid_fields) return "unreadable";
  return body.error().details[0].field + ' ' + std::string{body.error().details[0].code};
}

std::string decoded(std::string_view encoded) {
  std::string text;
  append_form_decoded(encoded, text);
  return text;
}

TEST(Form, Body_IsReadLikeJson) {
  const auto body = read("first=Ada+%26+Eve&last=L%C3%B6vlace");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->first, "Ada & Eve");
  EXPECT_EQ(body->last, "Lövlace");
}

TEST(Form, PairsWithoutAnEqualsSign_AreEmpty) {
  const auto body = read("&&first&last=&");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->first, "");
  EXPECT_EQ(body->last, "");
}

TEST(Form, EncodedText_IsDecodedAndTheRestStays) {
  EXPECT_EQ(decoded("a%40b+c"), "a@b c");
  EXPECT_EQ(decoded("%4a%4A"), "JJ");
  for (const char* broken : {"%", "%4", "%zz", "100%", "%%"}) EXPECT_EQ(decoded(broken), broken);
  EXPECT_EQ(decoded("%%41"), "%A");
}

TEST(Form, FaultsOfAField_AreNamedLikeJsons) {
  EXPECT_EQ(problem_of("first=a&first=b"), "first duplicate");
  EXPECT_EQ(problem_of("first=a&f%69rst=b"), "first duplicate");
  EXPECT_EQ(problem_of("first=%00"), "first nul_character");
  EXPECT_EQ(problem_of("first=%ff"), "first not_unicode");
  EXPECT_EQ(problem_of("limit=5"), "limit wrong_type");
  EXPECT_EQ(problem_of("role=admin"), "role unknown_field");
  EXPECT_TRUE(read("role=admin", UnknownFields::skip));
}

TEST(Form, WithMorePairsThanAnObjectMayHave_IsRefused) {
  std::string form;
  for (int i = 0; i < 65; ++i) form += std::to_string(i) + "=&";
  EXPECT_EQ(problem_of(form), "unreadable");
  EXPECT_EQ(problem_of("%ff=a"), "unreadable");
}

}  // namespace
}  // namespace gatehouse::http
