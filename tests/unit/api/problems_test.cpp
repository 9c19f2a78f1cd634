#include "api/problems.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "api/audit_query.hpp"
#include "api/list_query.hpp"
#include "flows/account/account_rules.hpp"
#include "http/body.hpp"
#include "passwords/password_rules.hpp"
#include "unit/api/described.hpp"
#include "users/validation.hpp"

namespace gatehouse::api {
namespace {

bool is_snake_case(std::string_view code) {
  return !code.empty() && !code.starts_with('_') && !code.ends_with('_') && !code.contains("__") &&
         std::ranges::all_of(code, [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
}

TEST(Problems, Codes_AreUniqueAndSnakeCase) {
  std::set<std::string_view> codes;
  for (const http::Problem& one : all_problems) {
    EXPECT_TRUE(is_snake_case(one.code)) << one.code;
    EXPECT_TRUE(codes.insert(one.code).second) << one.code << " has two meanings";
    EXPECT_FALSE(one.text.empty()) << one.code;
    EXPECT_GE(static_cast<int>(one.status), 400) << one.code;
  }
}

TEST(Problems, Codes_AreTheDescribedOnes) {
  std::set<std::string> codes;
  for (const http::Problem& one : all_problems) codes.emplace(one.code);
  const auto described = described_enum("ProblemCode:");
  EXPECT_EQ(codes, (std::set<std::string>{described.begin(), described.end()}));
}

TEST(Problems, UnreadableRequests_HaveOneForEachStatus) {
  for (const http::Problem& one : http::problems::unreadable) {
    EXPECT_EQ(http::problems::of_unreadable(one.status).code, one.code);
  }
  EXPECT_EQ(http::problems::of_unreadable(http::Status::ok).code, "malformed_request");
}

struct EmailBody {
  std::string email;
};
constexpr auto email_body = http::body_fields(problem("missing_credentials"), http::field("email", &EmailBody::email));

/// The codes of everything that can be wrong with a field.
class FieldCodes {
 public:
  void add(const FieldErrors& errors) {
    for (const FieldError& error : errors) codes_.emplace(error.code);
  }
  void add_query(std::string_view query) {
    if (const auto result = parse_list_query(query, cursor_); !result) add(result.error());
  }
  void add_audit_query(std::string_view query) {
    if (const auto result = parse_audit_query(query, audit_cursor_); !result) add(result.error());
  }
  void add_body(std::string_view json) {
    http::Request request;
    request.body = json;
    request.headers.add(http::Field::content_type, "application/json");
    const auto body = http::read_body(request, email_body, http::UnknownFields::refuse);
    if (!body) add(body.error().details);
  }
  void add_name(std::string name) {
    users::UserChanges changes;
    changes.first_name = std::move(name);
    add(users::validate(changes));
  }
  [[nodiscard]] const std::set<std::string>& codes() const { return codes_; }

 private:
  const PageCursor cursor_{SecretString{"a secret"}};
  const AuditCursor audit_cursor_{SecretString{"a secret"}};
  std::set<std::string> codes_;
};

TEST(Problems, CodesOfFields_AreTheDescribedOnes) {
  FieldCodes found;
  found.add_query("limit=0");
  found.add_query("after=x");
  found.add_audit_query("user=x");
  found.add_body("{}");
  found.add_body(R"({"email":1})");
  found.add_body(R"({"email":"\ud800"})");
  found.add_body(R"({"email":"\u0000"})");
  found.add_body(R"({"role":""})");
  found.add_body(R"({"email":"","email":""})");
  found.add_name("");
  found.add_name(std::string(256, 'a'));
  found.add_name("a\x01");
  users::UserChanges changes;
  changes.email = "nobody";
  found.add(users::validate(changes));
  changes.email = "a\u200B@example.com";
  found.add(users::validate(changes));
  for (int fault = 0; fault <= static_cast<int>(passwords::PasswordFault::breached); ++fault) {
    const passwords::PasswordRefusal refusal{.fault = static_cast<passwords::PasswordFault>(fault), .message = "x"};
    found.add({{"password", refusal.message, refusal.code()}});
  }
  found.add(flows::unchanged_password("newPassword"));
  const auto described = described_enum("FieldCode:");
  EXPECT_EQ(found.codes(), (std::set<std::string>{described.begin(), described.end()}));
}

}  // namespace
}  // namespace gatehouse::api
