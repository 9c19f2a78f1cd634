#include "database/postgres/prepared_statements.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

constexpr Statement find_user{"users_find", "SELECT 1"};

class PreparedStatementsTest : public ::testing::Test {
 protected:
  PreparedStatements::Entry& find(Parameters parameters) {
    encoded_.assign(parameters);
    return statements_.find(find_user, encoded_);
  }
  /// As the pipeline does after it has sent the preparation.
  void prepare(Parameters parameters) { find(std::move(parameters)).prepared = true; }

  PreparedStatements statements_;
  EncodedParameters encoded_;
};

TEST_F(PreparedStatementsTest, FirstUse_IsToBePrepared_UnderTheStatementsName) {
  const auto& entry = find({std::int64_t{1}});
  EXPECT_FALSE(entry.prepared);
  EXPECT_EQ(entry.name, "users_find");
  EXPECT_EQ(entry.types, std::vector<std::uint32_t>{20});
}

TEST_F(PreparedStatementsTest, SameTypes_OrNull_ReuseIt) {
  prepare({std::int64_t{1}, std::string{"a"}});
  EXPECT_TRUE(find({std::int64_t{2}, std::string{"b"}}).prepared);
  EXPECT_TRUE(find({std::monostate{}, std::string{"b"}}).prepared);
}

TEST_F(PreparedStatementsTest, TypeLearntAfterNull_PreparesAgainUnderAnotherName_AndKeepsWhatIsKnown) {
  prepare({std::monostate{}, std::string{"a"}});
  const auto& entry = find({std::int64_t{1}, std::monostate{}});
  EXPECT_FALSE(entry.prepared);
  EXPECT_EQ(entry.name, "users_find_2");
  EXPECT_EQ(entry.types, (std::vector<std::uint32_t>{20, 25}));
}

TEST_F(PreparedStatementsTest, Forgotten_IsPreparedAgainUnderAnotherName) {
  prepare({std::int64_t{1}});
  statements_.forget(find_user);
  EXPECT_FALSE(find({std::int64_t{1}}).prepared);
  EXPECT_EQ(find({std::int64_t{1}}).name, "users_find_3");
}

TEST_F(PreparedStatementsTest, FailureOfAnOldGeneration_LeavesTheNewOne) {
  prepare({std::int64_t{1}});
  statements_.forget(find_user, 1);
  prepare({std::int64_t{1}});
  statements_.forget(find_user, 1);
  EXPECT_TRUE(find({std::int64_t{1}}).prepared);
}

}  // namespace
}  // namespace gatehouse::database::postgres
