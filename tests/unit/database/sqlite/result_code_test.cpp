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

TEST(ResultCode, Constraints_AreViolations) {
  EXPECT_EQ(violation_of(SQLITE_CONSTRAINT_UNIQUE), Violation::unique);
  EXPECT_EQ(violation_of(SQLITE_CONSTRAINT_PRIMARYKEY), Violation::unique);
  EXPECT_EQ(violation_of(SQLITE_CONSTRAINT_ROWID), Violation::unique);
  EXPECT_EQ(violation_of(SQLITE_CONSTRAINT_FOREIGNKEY), Violation::foreign_key);
  EXPECT_EQ(violation_of(SQLITE_CONSTRAINT_NOTNULL), Violation::not_null_or_check);
  EXPECT_EQ(violation_of(SQLITE_CONSTRAINT_CHECK), Violation::not_null_or_check);
  EXPECT_EQ(violation_of(SQLITE_CONSTRAINT_DATATYPE), Violation::not_null_or_check);
  EXPECT_EQ(violation_of(SQLITE_BUSY), std::nullopt);
  EXPECT_EQ(violation_of(SQLITE_OK), std::nullopt);
}

TEST(ResultCode, StorageTroubles_AreUnavailable) {
  for (const int code : {SQLITE_IOERR_FSYNC, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_READONLY_DBMOVED, SQLITE_CORRUPT,
                         SQLITE_NOTADB, SQLITE_BUSY_RECOVERY, SQLITE_NOMEM}) {
    EXPECT_EQ(reason_of(code), Unavailable::Reason::storage) << code;
  }
  EXPECT_EQ(reason_of(SQLITE_INTERRUPT), Unavailable::Reason::deadline);
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
