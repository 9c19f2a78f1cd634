#include "database/schema/migration_scaffold.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_directory.hpp"

namespace gatehouse::database::schema {
namespace {

constexpr TimePoint today = from_unix_us(1'737'541'800'000'000);  // 2025-01-22

class MigrationScaffold : public ::testing::Test {
 protected:
  void touch(const std::filesystem::path& file) {
    std::filesystem::create_directories((directory_.path() / file).parent_path());
    std::ofstream{directory_.path() / file} << "SELECT 1;";
  }
  auto make(std::string_view name) { return make_migration(directory_.path(), name, today); }

  testing::TemporaryDirectory directory_;
};

TEST_F(MigrationScaffold, FirstOfTheDay_WritesFourFiles) {
  const auto files = make("add_colour");
  ASSERT_TRUE(files);
  const std::vector<std::filesystem::path> expected{
      directory_.path() / "postgres/20250122_001_add_colour.up.sql",
      directory_.path() / "postgres/20250122_001_add_colour.down.sql",
      directory_.path() / "sqlite/20250122_001_add_colour.up.sql",
      directory_.path() / "sqlite/20250122_001_add_colour.down.sql",
  };
  EXPECT_EQ(*files, expected);
  for (const auto& file : expected) EXPECT_GT(std::filesystem::file_size(file), 0u) << file;
}

TEST_F(MigrationScaffold, LaterOnTheSameDay_TakesTheNextNumberOfEitherDialect) {
  touch("postgres/20250122_004_a.up.sql");
  touch("sqlite/20250122_007_b.up.sql");
  touch("sqlite/20250123_009_tomorrow.up.sql");
  const auto files = make("c");
  ASSERT_TRUE(files);
  EXPECT_EQ(files->front().filename(), "20250122_008_c.up.sql");
}

TEST_F(MigrationScaffold, BadNames_AreRefused) {
  for (const std::string name : {"", "Add", "1st", "_a", "a-b", "a b", "../a", "a'b", "ä"}) {
    EXPECT_EQ(make(name).error(), ScaffoldError::bad_name) << name;
  }
  EXPECT_EQ(make(std::string(61, 'a')).error(), ScaffoldError::bad_name);
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
  EXPECT_TRUE(make(std::string(60, 'a')));
}

TEST_F(MigrationScaffold, DayWithItsLastNumber_IsFull) {
  touch("sqlite/20250122_999_last.up.sql");
  EXPECT_EQ(make("one_more").error(), ScaffoldError::day_is_full);
}

TEST_F(MigrationScaffold, DirectoryThatCannotBeMade_IsRefused) {
  touch("postgres");  // a file where the folder should be
  EXPECT_EQ(make("a").error(), ScaffoldError::cannot_write);
}

}  // namespace
}  // namespace gatehouse::database::schema
