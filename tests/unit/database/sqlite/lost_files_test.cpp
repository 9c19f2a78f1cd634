// The database's files are deleted, moved or replaced while they are open.

#include <atomic>
#include <filesystem>
#include <fstream>

#include "database/sqlite/connection_slot.hpp"
#include "faulty_disk.hpp"
#include "sqlite_fixture.hpp"

namespace gatehouse::database::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr const char* lost = "error sqlite_file_lost";

class LostFilesTest : public SqliteTest {
 protected:
  LostFilesTest() { fs::create_directory(aside_); }

  [[nodiscard]] fs::path file() const { return settings_.sqlite.path; }
  [[nodiscard]] std::vector<fs::path> files() const {
    const std::string path = settings_.sqlite.path;
    return {path, path + "-wal", path + "-shm"};
  }
  void move(const fs::path& from, const fs::path& to) const {
    for (const fs::path& one : files()) {
      if (fs::exists(from / one.filename())) fs::rename(from / one.filename(), to / one.filename());
    }
  }
  void move_away() const { move(file().parent_path(), aside_); }
  void move_back() const { move(aside_, file().parent_path()); }

  bool is_readable() {
    try {
      return count() >= 0;
    } catch (const Unavailable&) {
      return false;
    }
  }

  const fs::path aside_ = directory_.path() / "aside";
};

TEST_F(LostFilesTest, WriteIntoADeletedFile_IsNotAcknowledged) {
  open_with_table();
  ASSERT_TRUE(insert(1, "one"));
  for (const fs::path& one : files()) fs::remove(one);
  EXPECT_THROW((void)insert(2, "two"), Unavailable);
  EXPECT_TRUE(testing::run_until(io_, [&] { return logged(lost) && !is_readable(); }));
  EXPECT_THROW((void)insert(3, "three"), Unavailable);
  EXPECT_FALSE(fs::exists(file())) << "an empty database in its place would be taken for it";
}

TEST_F(LostFilesTest, DeletedFile_IsNoticedWithoutAnyWrite) {
  open_with_table();
  const auto feed = provider_->watch(io_);
  for (const fs::path& one : files()) fs::remove(one);
  EXPECT_TRUE(testing::run_until(io_, [&] { return logged(lost); }));
}

TEST_F(LostFilesTest, FileThatIsBack_IsUsedAgainWithAllThatItHeld) {
  open_with_table();
  ASSERT_TRUE(insert(1, "one"));
  move_away();
  EXPECT_THROW((void)insert(2, "two"), Unavailable);
  move_back();
  EXPECT_TRUE(becomes_true([&] { return insert(3, "three").has_value(); }));
  EXPECT_TRUE(becomes_true([&] { return count() == 2; }));
}

TEST_F(LostFilesTest, CopyInItsPlace_IsUsed) {
  open_with_table();
  ASSERT_TRUE(insert(1, "one"));
  close();  // which leaves everything in one file
  fs::copy_file(file(), aside_ / "copy");
  open();
  ASSERT_TRUE(becomes_true([&] { return insert(2, "two").has_value(); }));
  move_away();
  fs::copy_file(aside_ / "copy", file());
  EXPECT_TRUE(becomes_true([&] { return insert(3, "three").has_value(); }));
  EXPECT_TRUE(logged(lost));
  EXPECT_TRUE(becomes_true([&] { return count() == 2; }));
}

// Otherwise the log would be replayed into the new file, which it does not belong to.
TEST_F(LostFilesTest, CopyThatReplacesTheFileButNotItsLog_IsUsedWithoutThatLog) {
  open_with_table();
  ASSERT_TRUE(insert(1, "one"));
  close();
  fs::copy_file(file(), aside_ / "copy");
  open();
  ASSERT_TRUE(becomes_true([&] { return insert(2, "two").has_value(); }));
  fs::create_hard_link(file(), aside_ / "moved");
  fs::rename(aside_ / "copy", file());
  EXPECT_TRUE(becomes_true([&] { return insert(3, "three").has_value(); }));
  EXPECT_TRUE(becomes_true([&] { return count() == 2; }));
  close();
  fs::rename(aside_ / "moved", file());
  open();
  EXPECT_TRUE(becomes_true([&] { return count() == 2; })) << "what was acknowledged is in the file that was replaced";
}

/// The writer's slot and a reader's on one file with a table, driven only by the test.
class SlotsTest : public LostFilesTest {
 protected:
  SlotsTest() {
    open_with_table();
    close();
    fs::copy_file(file(), aside_ / "copy");
  }

  void replace_file() const { fs::rename(aside_ / "copy", file()); }
  bool opens(ConnectionSlot& slot) {
    return becomes_true([&] { return slot.maintain(), slot.get() != nullptr; });
  }
  void expect_both_open_the_file() {
    ASSERT_TRUE(opens(writer_)) << writer_.failure();
    ASSERT_TRUE(opens(reader_));
    EXPECT_NO_THROW(writer_.get()->require_files());
    EXPECT_NO_THROW(reader_.get()->require_files());
  }
  void break_writer(FaultyDisk& disk) {
    Connection other{parts_.path, Role::writer, stopping_, std::nullopt};
    ASSERT_TRUE(other.run_script("INSERT INTO items VALUES (1, 'what the writer has to read')"));
    disk.fail_reads(true);
    EXPECT_THROW((void)writer_.get()->schema(), Unavailable);
    disk.fail_reads(false);
    ASSERT_TRUE(writer_.get()->broken());
  }

  const std::atomic<bool> stopping_ = false;
  const DriverLog log_ = or_silent({});
  FileUse use_;
  const ConnectionSlot::Parts parts_{.path = settings_.sqlite.path, .stopping = stopping_, .use = use_, .log = log_};
  ConnectionSlot writer_{parts_, Role::writer};
  ConnectionSlot reader_{parts_, Role::reader};
};

// The reader once opened the new file with the old one's log, and emptied the index of that log while the writer used
// it: it read mixtures of both, lost the file again and again, or died of SIGBUS.
TEST_F(SlotsTest, ReaderThatOpensBeforeTheWriterHasMissedItsFile_OpenedAnotherFile) {
  writer_.maintain();
  ASSERT_TRUE(writer_.get());
  replace_file();
  reader_.maintain();
  EXPECT_FALSE(reader_.get());

  EXPECT_THROW(writer_.get()->require_files(), Unavailable);
  writer_.maintain();
  expect_both_open_the_file();
}

TEST_F(SlotsTest, ReaderBeforeTheWriter_OpensNothing) {
  reader_.maintain();
  EXPECT_FALSE(reader_.get());
  EXPECT_EQ(reader_.failure(), "the database's file is not open yet");
  expect_both_open_the_file();
}

TEST_F(SlotsTest, NextFile_IsOpenedOnceNobodyHasTheLastOne) {
  expect_both_open_the_file();
  replace_file();
  EXPECT_THROW(writer_.get()->require_files(), Unavailable);
  writer_.maintain();
  EXPECT_TRUE(writer_.waits_for_others());
  EXPECT_FALSE(writer_.get());
  reader_.maintain();
  EXPECT_FALSE(reader_.get());
  EXPECT_FALSE(writer_.waits_for_others());
  expect_both_open_the_file();
}

// The writer once opened the new file while the readers had the old one.
TEST_F(SlotsTest, WriterThatBrokeWhenItsFileWasReplaced_OpenedTheNextWhileOthersHadTheLast) {
  FaultyDisk disk;
  expect_both_open_the_file();
  break_writer(disk);
  replace_file();
  EXPECT_TRUE(becomes_true([&] { return writer_.maintain(), writer_.waits_for_others(); }));
  reader_.maintain();
  EXPECT_FALSE(reader_.get());
  EXPECT_TRUE(becomes_true([&] {
    writer_.maintain();
    return writer_.failure().find("move it away") != std::string::npos;
  })) << "the log that was left has what is acknowledged and in no other file";
  fs::remove(files()[1]);
  expect_both_open_the_file();
}

TEST_F(LostFilesTest, OtherDatabaseInItsPlace_WaitsForARestart) {
  open_with_table();
  move_away();
  std::ofstream{file()}.close();
  EXPECT_THROW((void)insert(1, "one"), Unavailable);
  EXPECT_TRUE(testing::run_until(io_, [&] { return logged("warn sqlite_open_failed"); }));
  EXPECT_THROW((void)insert(1, "one"), Unavailable);
  EXPECT_FALSE(is_readable());
  close();
  open_with_table();
  EXPECT_TRUE(insert(1, "one"));
}

TEST_F(LostFilesTest, DeletedLog_LosesNothingThatWasAcknowledged) {
  open_with_table();
  ASSERT_TRUE(insert(1, "one"));
  fs::remove(files()[1]);
  EXPECT_THROW((void)insert(2, "two"), Unavailable);
  ASSERT_TRUE(becomes_true([&] { return insert(3, "three").has_value(); }));
  close();
  open();
  EXPECT_TRUE(becomes_true([&] { return count() >= 2; }));
}

}  // namespace
}  // namespace gatehouse::database::sqlite
