#include "database/sqlite/result_code.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace gatehouse::database::sqlite {
namespace {

std::optional<Unavailable::Reason> reason_of(int code) {
  try {
    throw_failure(code, "test");
  } catch (const Unavailable& unavailable) {
    return unavailable.reason();
  } catch (const StatementFailed&) {
    return std::nullopt;
  }
}

std::optional<Violation::Kind> kind_of(int code, std::string_view message = "") {
  const auto violation = violation_of(code, message, "test");
  if (!violation) return std::nullopt;
  return violation->kind;
}

TEST(ResultCode, Constraints_AreViolations) {
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_UNIQUE), Violation::Kind::unique);
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_PRIMARYKEY), Violation::Kind::unique);
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_ROWID), Violation::Kind::unique);
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_FOREIGNKEY), Violation::Kind::foreign_key);
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_TRIGGER, "FOREIGN KEY constraint failed"), Violation::Kind::foreign_key);
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_TRIGGER, "an operator's own words"), Violation::Kind::other);
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_NOTNULL), Violation::Kind::not_null);
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_CHECK), Violation::Kind::check);
  EXPECT_EQ(kind_of(SQLITE_CONSTRAINT_DATATYPE), Violation::Kind::check);
  EXPECT_EQ(kind_of(SQLITE_BUSY), std::nullopt);
  EXPECT_EQ(kind_of(SQLITE_OK), std::nullopt);
}

TEST(ResultCode, ViolatedConstraint_IsNamedByItsColumns) {
  const auto unique =
      violation_of(SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed: users.email_key", "users_insert");
  ASSERT_TRUE(unique);
  EXPECT_EQ(unique->constraint, "users.email_key");
  EXPECT_EQ(unique->state, "SQLite 2067");
  EXPECT_EQ(unique->statement, "users_insert");
  const auto reference = violation_of(SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed", "COMMIT");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->constraint, "");
}

TEST(ResultCode, StorageTroubles_AreUnavailable) {
  for (const int code : {SQLITE_IOERR_FSYNC, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_READONLY_DBMOVED, SQLITE_CORRUPT,
                         SQLITE_NOTADB, SQLITE_BUSY_RECOVERY, SQLITE_NOMEM}) {
    EXPECT_EQ(reason_of(code), Unavailable::Reason::storage) << code;
  }
  EXPECT_EQ(reason_of(SQLITE_INTERRUPT), Unavailable::Reason::deadline);
  EXPECT_EQ(reason_of(SQLITE_READONLY), Unavailable::Reason::read_only);
}

TEST(ResultCode, WrongStatements_AreStatementFailed) {
  for (const int code : {SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_TOOBIG}) {
    EXPECT_EQ(reason_of(code), std::nullopt) << code;
  }
}

TEST(ResultCode, BrokenConnections_AreToldFromBusyOnes) {
  EXPECT_TRUE(breaks_connection(SQLITE_IOERR_WRITE));
  EXPECT_TRUE(breaks_connection(SQLITE_CORRUPT));
  EXPECT_FALSE(breaks_connection(SQLITE_BUSY));
  EXPECT_FALSE(breaks_connection(SQLITE_FULL));
  EXPECT_FALSE(breaks_connection(SQLITE_CONSTRAINT_UNIQUE));
}

}  // namespace
}  // namespace gatehouse::database::sqlite
