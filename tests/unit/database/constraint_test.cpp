#include "database/constraint.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database {
namespace {

using Kind = Violation::Kind;

constexpr Constraint unique_email{Kind::unique, {"users_email_unique", "users.email"}};
constexpr Constraint not_referenced = Constraint::any_reference();

Violation violation(Kind kind, std::string constraint) {
  return {.kind = kind, .constraint = std::move(constraint), .state = "23505", .message = "words", .statement = "put"};
}

TEST(Constraint, ItsName_OfEitherDatabase_IsAViolationOfIt) {
  EXPECT_TRUE(unique_email.is_violated_by(violation(Kind::unique, "users_email_unique")));
  EXPECT_TRUE(unique_email.is_violated_by(violation(Kind::unique, "users.email")));
}

TEST(Constraint, AnotherName_NoNameOrAnotherKind_IsNot) {
  EXPECT_FALSE(unique_email.is_violated_by(violation(Kind::unique, "users_pkey")));
  EXPECT_FALSE(unique_email.is_violated_by(violation(Kind::unique, "")));
  EXPECT_FALSE(unique_email.is_violated_by(violation(Kind::check, "users_email_unique")));
}

TEST(Constraint, AnyReference_IsEveryForeignKeyAndNothingElse) {
  EXPECT_TRUE(not_referenced.is_violated_by(violation(Kind::foreign_key, "orders_user_id_fkey")));
  EXPECT_TRUE(not_referenced.is_violated_by(violation(Kind::foreign_key, "")));
  EXPECT_FALSE(not_referenced.is_violated_by(violation(Kind::unique, "users_pkey")));
}

TEST(ConstraintViolation, Text_NamesStatementStateAndConstraint) {
  EXPECT_STREQ(ConstraintViolation{violation(Kind::unique, "users_pkey")}.what(),
               "put: 23505, constraint users_pkey: words");
  EXPECT_STREQ(ConstraintViolation{violation(Kind::not_null, "")}.what(), "put: 23505: words");
}

}  // namespace
}  // namespace gatehouse::database
