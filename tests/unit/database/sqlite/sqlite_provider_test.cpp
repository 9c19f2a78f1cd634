#include "database/sqlite/sqlite_provider.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "faulty_disk.hpp"
#include "full_disk.hpp"
#include "sqlite_fixture.hpp"
#include "support/plain_writes.hpp"

namespace gatehouse::database::sqlite {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

Unavailable::Reason reason_of(const auto& call) {
  try {
    call();
  } catch (const Unavailable& unavailable) {
    return unavailable.reason();
  }
  throw std::logic_error("it did not fail");
}

TEST_F(SqliteTest, Provider_MissingFile_IsCreatedForItsOwnerAlone) {
  open_with_table();
  const std::filesystem::path path{settings_.sqlite.path};
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(mode_of(path.string() + "-wal"), 0600u);
  EXPECT_EQ(mode_of(path.parent_path()), 0700u);
}

TEST_F(SqliteTest, Provider_ReopenedFile_HoldsWhatWasWritten) {
  open_with_table();
  ASSERT_TRUE(insert(1, "one"));
  close();
  open();
  EXPECT_EQ(count(), 1);
}

TEST_F(SqliteTest, Provider_FileCannotBeOpened_IsUnavailableUntilItCan) {
  const std::filesystem::path path{settings_.sqlite.path};
  std::filesystem::create_directories(path);  // a directory where the file should be
  open();
  EXPECT_EQ(reason_of([&] { (void)insert(1, "one"); }), Unavailable::Reason::storage);
  EXPECT_EQ(reason_of([&] { (void)count(); }), Unavailable::Reason::storage);
  EXPECT_TRUE(logged("warn sqlite_open_failed"));

  std::filesystem::remove(path);
  ASSERT_TRUE(becomes_true([&] {
    return testing::run_task(io_, schema_->run_script("CREATE TABLE items (id INTEGER, name TEXT)")).has_value();
  }));
  EXPECT_TRUE(logged("info sqlite_connection_opened"));
  EXPECT_TRUE(insert(1, "one"));
}

TEST_F(SqliteTest, Provider_FileIsNoDatabase_IsUnavailable) {
  const std::filesystem::path path{settings_.sqlite.path};
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path} << std::string(8192, 'x');
  open();
  EXPECT_EQ(reason_of([&] { (void)insert(1, "one"); }), Unavailable::Reason::storage);
}

TEST_F(SqliteTest, Execute_DiskRefusesWrites_IsUnavailableUntilItTakesThemAgain) {
  settings_.sqlite.readers = 1;
  open_with_table();
  ASSERT_TRUE(insert(1, "one"));
  ASSERT_EQ(count(), 1);  // the reader is open by now: opening needs a writable disk
  std::optional<Unavailable::Reason> reason;
  std::int64_t counted = 0;
  {
    const FullDisk full;
    reason = reason_of([&] { (void)insert(2, "two"); });
    counted = count();
  }
  EXPECT_EQ(reason, Unavailable::Reason::storage);
  EXPECT_EQ(counted, 1);

  EXPECT_TRUE(becomes_true([&] { return insert(3, "three").has_value(); }));
  EXPECT_EQ(count(), 2);
}

TEST_F(SqliteTest, Writer_EveryCommit_IsOnTheDiskBeforeItIsAnswered) {
  constexpr int full = 2;
  static constexpr database::Write synchronous{"synchronous", "PRAGMA synchronous", database::announces_nothing};
  static constexpr database::Write journal_mode{"journal_mode", "PRAGMA journal_mode", database::announces_nothing};
  open();
  EXPECT_EQ(testing::run_task(io_, testing::execute(*database_, synchronous, {})).value()[0].integer(0), full);
  EXPECT_EQ(testing::run_task(io_, testing::execute(*database_, journal_mode, {})).value()[0].text(0), "wal");
}

// Two connections that closed at once sometimes each took the other for the last one, and the log stayed.
TEST_F(SqliteTest, Close_AfterAWrite_LeftTheLogBehindNowAndThen) {
  constexpr int rounds = 100;
  open_with_table();
  for (int round = 0; round < rounds; ++round) {
    ASSERT_TRUE(insert(round, std::to_string(round)));
    close();
    ASSERT_FALSE(std::filesystem::exists(settings_.sqlite.path + "-wal")) << "in round " << round;
    open();
  }
}

TEST_F(SqliteTest, Query_ThatBreaksItsConnection_LeavesANewOneToTheNext) {
  FaultyDisk disk;
  settings_.sqlite.readers = 1;
  open_with_table();
  ASSERT_EQ(count(), 0);
  ASSERT_TRUE(insert(1, "one"));  // so that the reader has to look at the file again
  disk.fail_reads(true);
  EXPECT_EQ(reason_of([&] { (void)count(); }), Unavailable::Reason::storage);
  disk.fail_reads(false);
  // No other query makes it look.
  EXPECT_TRUE(testing::run_until(io_, [&] { return logged("warn sqlite_connection_broken"); }));
  EXPECT_TRUE(becomes_true([&] { return count() == 1; }));
}

TEST_F(SqliteTest, Execute_AnotherProcessHoldsTheLock_WaitsThenIsUnavailable) {
  settings_.query_timeout = std::chrono::milliseconds{150};
  open_with_table();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(settings_.sqlite.path.c_str(), &other), SQLITE_OK);
  sqlite3_busy_timeout(other, static_cast<int>(testing::patience.count()));
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THROW((void)insert(1, "one"), Unavailable);
  EXPECT_TRUE(becomes_true([&] { return count() == 0; }));
  ASSERT_EQ(sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  std::int64_t id = 1;  // another one each time, because a late write may still be committed
  EXPECT_TRUE(becomes_true([&] {
    ++id;
    return insert(id, std::to_string(id)).has_value();
  }));
}

TEST_F(SqliteTest, RunScript_RunningLong_DoesNotHoldWritesBeyondTheirDeadline) {
  settings_.query_timeout = std::chrono::milliseconds{100};
  open_with_table();
  bool script_ended = false;
  boost::asio::co_spawn(io_,
                        schema_->run_script("CREATE TABLE numbers AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
                                            "SELECT i + 1 FROM n WHERE i < 100000000000) SELECT max(i) FROM n"),
                        [&](std::exception_ptr, const std::expected<void, Violation>&) { script_ended = true; });
  EXPECT_EQ(reason_of([&] { (void)insert(1, "one"); }), Unavailable::Reason::deadline);
  EXPECT_FALSE(script_ended);
  provider_.reset();
  io_.restart();
  io_.run();
  EXPECT_TRUE(script_ended);
}

TEST_F(SqliteTest, Query_LongerThanItsDeadline_IsInterrupted) {
  settings_.query_timeout = std::chrono::milliseconds{100};
  open_with_table();
  Parameters endless{std::int64_t{1} << 60};
  EXPECT_EQ(reason_of([&] { (void)testing::run_task(io_, database_->query(count_slowly, std::move(endless))); }),
            Unavailable::Reason::deadline);
  EXPECT_TRUE(becomes_true([&] { return count() == 0; }));
}

TEST_F(SqliteTest, RunCheck_LongerThanTheQueryDeadline_IsNotCutShort) {
  settings_.query_timeout = std::chrono::milliseconds{20};
  open();
  const auto begin = std::chrono::steady_clock::now();
  const auto rows = testing::run_task(
      io_, schema_->run_check("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
                              "WHERE n < 2000000) SELECT count(*) FROM numbers"));
  EXPECT_EQ(rows[0].integer(0), 2'000'000);
  EXPECT_GT(std::chrono::steady_clock::now() - begin, settings_.query_timeout);
}

TEST_F(SqliteTest, RunCheck_ThatWrites_IsRefused) {
  open_with_table();
  EXPECT_THROW((void)testing::run_task(io_, schema_->run_check("INSERT INTO items VALUES (1, 'one')")),
               StatementFailed);
  EXPECT_EQ(count(), 0);
}

TEST_F(SqliteTest, Execute_LongerThanItsDeadline_LeavesTheWritesOfItsGroup) {
  settings_.query_timeout = std::chrono::seconds{4};  // a write that commits later has been answered as late
  open_with_table();
  static constexpr database::Write insert_slowly{
      "insert_slowly",
      "INSERT INTO items (id, name) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) "
      "SELECT -n, 'slow' FROM numbers WHERE n < 0",
      database::announces_nothing};
  constexpr int neighbours = 20;
  int done = 0;
  int interrupted = 0;
  const auto finished = [&](std::exception_ptr failure, const std::expected<Rows, Violation>& rows) {
    if (failure) ++interrupted;
    if (!failure && rows) ++done;
  };
  for (int id = 0; id < neighbours; ++id) {
    if (id == neighbours / 2) boost::asio::co_spawn(io_, testing::execute(*database_, insert_slowly, {}), finished);
    Parameters parameters{std::int64_t{id}, std::to_string(id)};
    boost::asio::co_spawn(io_, testing::execute(*database_, insert_item, std::move(parameters)), finished);
  }
  io_.restart();
  io_.run();
  EXPECT_EQ(interrupted + done, neighbours + 1);
  EXPECT_GE(interrupted, 1);
  EXPECT_EQ(count(), done);
}

TEST_F(SqliteTest, Query_MoreWaitingThanTheQueueHolds_IsOverload) {
  settings_.queue_max = 1;
  settings_.sqlite.readers = 1;
  open_with_table();
  ASSERT_EQ(count(), 0);  // the reader is open by now
  int overloads = 0;
  int stopped = 0;
  for (int i = 0; i < 10; ++i) {
    Parameters endless{std::int64_t{1} << 60};
    boost::asio::co_spawn(io_, database_->query(count_slowly, std::move(endless)),
                          [&](std::exception_ptr failure, const Rows&) {
                            try {
                              std::rethrow_exception(failure);
                            } catch (const Unavailable& unavailable) {
                              if (unavailable.reason() == Unavailable::Reason::overload) ++overloads;
                              if (unavailable.reason() == Unavailable::Reason::stopped) ++stopped;
                            }
                          });
  }
  io_.restart();
  io_.poll();
  provider_.reset();
  io_.run();
  EXPECT_GE(overloads, 8);
  EXPECT_EQ(overloads + stopped, 10);
}

TEST_F(SqliteTest, Provider_DestroyedWhileCallsWait_AnswersThemStopped) {
  settings_.sqlite.readers = 1;
  settings_.query_timeout = std::chrono::minutes{10};
  open_with_table();
  ASSERT_EQ(count(), 0);  // the reader is open by now
  int stopped = 0;
  const auto finished = [&](std::exception_ptr failure, const Rows&) {
    try {
      std::rethrow_exception(failure);
    } catch (const Unavailable& unavailable) {
      if (unavailable.reason() == Unavailable::Reason::stopped) ++stopped;
    }
  };
  for (int i = 0; i < 5; ++i) {
    Parameters endless{std::int64_t{1} << 60};
    boost::asio::co_spawn(io_, database_->query(count_slowly, std::move(endless)), finished);
  }
  io_.restart();
  io_.poll();
  provider_.reset();
  io_.run();
  EXPECT_EQ(stopped, 5);
}

TEST_F(SqliteTest, Provider_DestroyedWhileACheckRuns_AnswersItStopped) {
  settings_.sqlite.readers = 1;
  open_with_table();
  ASSERT_EQ(count(), 0);  // the reader is open by now
  std::optional<Unavailable::Reason> reason;
  auto check = schema_->run_check(
      "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT count(*) FROM numbers");
  boost::asio::co_spawn(io_, std::move(check), [&](std::exception_ptr failure, const Rows&) {
    reason = reason_of([&] { std::rethrow_exception(failure); });
  });
  io_.restart();
  io_.poll();
  provider_.reset();
  io_.run();
  EXPECT_EQ(reason, Unavailable::Reason::stopped);
}

TEST_F(SqliteTest, Query_ThatWrites_IsRefused) {
  open_with_table();
  Parameters parameters{std::int64_t{1}, std::string{"one"}};
  EXPECT_THROW((void)testing::run_task(io_, database_->query(insert_item.statement, std::move(parameters))),
               StatementFailed);
  EXPECT_EQ(count(), 0);
}

TEST_F(SqliteTest, Execute_WrongNumberOfParameters_IsRefused) {
  open_with_table();
  Parameters parameters{std::int64_t{1}};
  EXPECT_THROW((void)testing::run_task(io_, testing::execute(*database_, insert_item, std::move(parameters))),
               StatementFailed);
}

TEST_F(SqliteTest, RunScript_ThatFailsHalfway_LeavesNothing) {
  open_with_table();
  EXPECT_THROW(
      (void)testing::run_task(io_, schema_->run_script("INSERT INTO items VALUES (1, 'one'); SELECT * FROM nowhere")),
      StatementFailed);
  const auto violated = testing::run_task(
      io_, schema_->run_script("INSERT INTO items VALUES (1, 'one'); INSERT INTO items VALUES (1, 'two')"));
  ASSERT_FALSE(violated);
  EXPECT_EQ(violated.error().kind, Violation::Kind::unique);
  EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace gatehouse::database::sqlite
