#include "database/sqlite/stale_log.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "support/temporary_directory.hpp"

namespace gatehouse::database::sqlite {
namespace {

namespace fs = std::filesystem;

/// A database whose process was killed: its log is left, and there is a backup from before the last write.
class StaleLogTest : public ::testing::Test {
 protected:
  StaleLogTest() {
    sqlite3* handle = nullptr;
    sqlite3_open(running_.c_str(), &handle);
    run(handle, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1); PRAGMA wal_checkpoint");
    fs::copy_file(running_, backup_);
    run(handle, "UPDATE t SET x = 2");
    for (const char* file : {"", "-wal"}) fs::copy_file(running_ + file, path_ + file);
    run(handle, "PRAGMA wal_checkpoint");
    fs::copy_file(running_, checkpointed_);
    sqlite3_close(handle);
  }

  static void run(sqlite3* handle, const char* sql) {
    ASSERT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  }
  void replace_database_by(const std::string& file) const {
    fs::copy_file(file, path_, fs::copy_options::overwrite_existing);
  }
  /// Sets how much later the database was written than its log.
  void set_difference(std::chrono::seconds difference) const {
    fs::last_write_time(path_, fs::last_write_time(path_ + "-wal") + difference);
  }

  testing::TemporaryDirectory directory_;
  const std::string running_ = (directory_.path() / "running.db").string();
  const std::string backup_ = (directory_.path() / "backup.db").string();
  const std::string checkpointed_ = (directory_.path() / "checkpointed.db").string();
  const std::string path_ = (directory_.path() / "gatehouse.db").string();
};

TEST_F(StaleLogTest, LogOfACrash_IsTheDatabasesOwn) {
  EXPECT_FALSE(has_stale_log(path_));
  set_difference(std::chrono::seconds{-3600});
  EXPECT_FALSE(has_stale_log(path_));
}

TEST_F(StaleLogTest, BackupCopiedOverTheDatabase_IsNotWhatTheLogWasWrittenFor) {
  replace_database_by(backup_);
  set_difference(std::chrono::seconds{60});
  EXPECT_TRUE(has_stale_log(path_));
}

TEST_F(StaleLogTest, LogThatWasCopiedIntoTheDatabase_IsItsOwn) {
  replace_database_by(checkpointed_);
  set_difference(std::chrono::seconds{60});
  EXPECT_FALSE(has_stale_log(path_));
}

TEST_F(StaleLogTest, FewSeconds_TellNothing) {
  replace_database_by(backup_);
  set_difference(std::chrono::seconds{5});
  EXPECT_FALSE(has_stale_log(path_));
}

TEST_F(StaleLogTest, NoLogOrOneThatNobodyCanRead_IsSqlitesToJudge) {
  replace_database_by(backup_);
  std::ofstream{path_ + "-wal", std::ios::trunc} << "no log";
  set_difference(std::chrono::seconds{60});
  EXPECT_FALSE(has_stale_log(path_));
  fs::remove(path_ + "-wal");
  EXPECT_FALSE(has_stale_log(path_));
}

}  // namespace
}  // namespace gatehouse::database::sqlite
