// The database's files are deleted, moved or replaced while they are open.

#include <atomic>
#include <filesystem>
#include <fstream>

#include "database/sqlite/connection_slot.hpp"
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

// The log would be played into the new file, which it does not belong to.
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

// A reader had opened the new file with the old log, and lent the writer its index of that log, whose file was gone: so
// the writer found the file lost again and again.
TEST_F(LostFilesTest, FileThatAReaderOpenedBeforeTheWriterMissedIt_WasLostForever) {
  open_with_table();
  close();
  fs::copy_file(file(), aside_ / "copy");
  const std::atomic<bool> stopping = false;
  const DriverLog log = or_silent({});
  FileUse use;
  const ConnectionSlot::Parts parts{.path = settings_.sqlite.path, .stopping = stopping, .use = use, .log = log};
  ConnectionSlot writer{parts, Role::writer};
  ConnectionSlot reader{parts, Role::reader};
  writer.maintain();
  ASSERT_TRUE(writer.get());
  fs::rename(aside_ / "copy", file());
  reader.maintain();
  ASSERT_TRUE(reader.get());

  EXPECT_THROW(writer.get()->require_files(), Unavailable);
  writer.maintain();
  EXPECT_TRUE(writer.waits_for_others());
  reader.maintain();
  EXPECT_FALSE(reader.get());
  EXPECT_FALSE(writer.waits_for_others());
  ASSERT_TRUE(becomes_true([&] { return writer.maintain(), writer.get() != nullptr; }));
  ASSERT_TRUE(becomes_true([&] { return reader.maintain(), reader.get() != nullptr; }));
  EXPECT_NO_THROW(writer.get()->require_files());
  EXPECT_NO_THROW(reader.get()->require_files());
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
