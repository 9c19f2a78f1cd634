#include "database/postgres/sql_error.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

using Reason = Unavailable::Reason;

Failure classified(const std::string& state) { return classify({state, "words"}); }

TEST(SqlError_Classify, IntegrityViolations_AreValues) {
  const std::pair<const char*, Violation::Kind> expected[] = {
      {"23505", Violation::Kind::unique},      {"23503", Violation::Kind::foreign_key},
      {"23001", Violation::Kind::foreign_key}, {"23502", Violation::Kind::not_null},
      {"23514", Violation::Kind::check},       {"22001", Violation::Kind::check},
      {"23P01", Violation::Kind::other},
  };
  for (const auto& [state, kind] : expected) EXPECT_EQ(std::get<Violation>(classified(state)).kind, kind) << state;
}

TEST(SqlError_Classify, AViolation_SaysWhatTheServerSaid) {
  const auto failure = classify({.state = "23505",
                                 .message = "duplicate key",
                                 .constraint = "users_email_key_unique",
                                 .statement = "users_insert"});
  const auto& violation = std::get<Violation>(failure);
  EXPECT_EQ(violation.state, "23505");
  EXPECT_EQ(violation.message, "duplicate key");
  EXPECT_EQ(violation.constraint, "users_email_key_unique");
  EXPECT_EQ(violation.statement, "users_insert");
}

TEST(SqlError_Classify, WhatPasses_IsUnavailable) {
  const std::pair<const char*, Reason> expected[] = {
      {"08006", Reason::connection}, {"08P01", Reason::connection}, {"57P01", Reason::connection},
      {"57P02", Reason::connection}, {"57P03", Reason::connection}, {"25006", Reason::read_only},
      {"57014", Reason::deadline},   {"53100", Reason::storage},    {"58030", Reason::storage},
      {"53300", Reason::overload},   {"53200", Reason::overload},   {"55P03", Reason::overload},
      {"40001", Reason::overload},   {"40P01", Reason::overload},
  };
  for (const auto& [state, reason] : expected) {
    EXPECT_EQ(std::get<Unavailable>(classified(state)).reason(), reason) << state;
  }
}

TEST(SqlError_Classify, MistakesInStatements_AreNot) {
  for (const auto* state : {"42P01", "42601", "22012", "22021", "0A000", "28P01", "XX000"}) {
    EXPECT_TRUE(std::holds_alternative<StatementFailed>(classified(state))) << state;
  }
  EXPECT_STREQ(std::get<StatementFailed>(classified("42P01")).what(), "42P01: words");
}

TEST(SqlError_Classify, CharacterThatTheDatabaseLacks_IsUnstorable) {
  EXPECT_TRUE(std::holds_alternative<database::Unstorable>(classified("22P05")));
  EXPECT_THROW((void)violation_or_throw(classified("22P05")), database::Unstorable);
}

TEST(SqlError_ViolationOrThrow, OnlyAViolation_IsAValue) {
  EXPECT_EQ(violation_or_throw(classified("23505")).kind, Violation::Kind::unique);
  EXPECT_THROW((void)violation_or_throw(classified("42P01")), StatementFailed);
  try {
    (void)violation_or_throw(classified("57014"));
    FAIL() << "it was returned";
  } catch (const Unavailable& failure) {
    EXPECT_EQ(failure.reason(), Reason::deadline);
  }
}

TEST(SqlError_Cure, OnlyWhatTheServerRolledBack_IsTriedAgain) {
  EXPECT_EQ(cure_for("26000"), Cure::prepare_again);
  EXPECT_EQ(cure_for("0A000"), Cure::prepare_again);
  EXPECT_EQ(cure_for("40001"), Cure::run_later);
  EXPECT_EQ(cure_for("40P01"), Cure::run_later);
  for (const auto* state : {"23505", "08006", "57P01", "57014", "42P01"}) {
    EXPECT_EQ(cure_for(state), Cure::none) << state;
  }
}

}  // namespace
}  // namespace gatehouse::database::postgres
