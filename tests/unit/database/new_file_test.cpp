#include "database/new_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/temporary_directory.hpp"

namespace gatehouse::database {
namespace {

namespace fs = std::filesystem;

class NewFileTest : public ::testing::Test {
 protected:
  static void write(const std::string& path, const std::string& text) { std::ofstream{path} << text; }
  static std::string text_of(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator{directory_.path()}, fs::directory_iterator{});
  }

  testing::TemporaryDirectory directory_;
  const std::string target_ = (directory_.path() / "a.backup").string();
};

TEST_F(NewFileTest, Publish_FreeName_GivesAllOfItToItsOwnerAlone) {
  auto file = NewFile::create(target_);
  ASSERT_TRUE(file);
  write(file->path(), "content");
  EXPECT_FALSE(fs::exists(target_));
  EXPECT_TRUE(file->publish(Replacing::refused));
  EXPECT_EQ(text_of(target_), "content");
  EXPECT_EQ(fs::status(target_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(files(), 1);
}

TEST_F(NewFileTest, Publish_TakenName_IsRefusedAndLeavesIt) {
  {
    auto file = NewFile::create(target_);
    ASSERT_TRUE(file);
    write(target_, "old");
    const auto published = file->publish(Replacing::refused);
    ASSERT_FALSE(published);
    EXPECT_NE(published.error().find("File exists"), std::string::npos) << published.error();
  }
  EXPECT_EQ(text_of(target_), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(NewFileTest, Publish_TakenNameThatMayBeReplaced_ReplacesIt) {
  auto file = NewFile::create(target_);
  ASSERT_TRUE(file);
  write(file->path(), "new");
  write(target_, "old");
  EXPECT_TRUE(file->publish(Replacing::allowed));
  EXPECT_EQ(text_of(target_), "new");
}

TEST_F(NewFileTest, Destructor_Unpublished_RemovesItAndWhatADatabaseHasBesideIt) {
  {
    auto file = NewFile::create(target_);
    ASSERT_TRUE(file);
    for (const char* suffix : {"-journal", "-wal", "-shm"}) write(file->path() + suffix, "x");
  }
  EXPECT_EQ(files(), 0);
}

TEST_F(NewFileTest, Create_MissingFolder_SaysSo) {
  const auto file = NewFile::create((directory_.path() / "none" / "a").string());
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().find("No such file or directory"), std::string::npos) << file.error();
}

}  // namespace
}  // namespace gatehouse::database
