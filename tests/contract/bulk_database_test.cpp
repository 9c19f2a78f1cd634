#include "database/bulk_database.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contract/feature_fixture.hpp"

namespace gatehouse::database {
namespace {

constexpr Statement create_staged{
    "test_create_staged",
    "CREATE TEMPORARY TABLE IF NOT EXISTS staged_leases (name text, holder text, expires_at timestamptz)"};
constexpr Statement clear_staged{"test_clear_staged", "DELETE FROM staged_leases"};
constexpr Statement insert_staged{"test_stage",
                                  "INSERT INTO staged_leases (name, holder, expires_at) VALUES ($1, $2, $3)"};
constexpr StagingTable staged_leases{.name = "staged_leases",
                                     .columns = "name, holder, expires_at",
                                     .create = create_staged,
                                     .clear = clear_staged,
                                     .insert = insert_staged};
constexpr Write take_staged{"test_take_staged",
                            "INSERT INTO leases (name, holder, expires_at) "
                            "SELECT name, COALESCE(holder, $1), expires_at FROM staged_leases",
                            announces_nothing};
constexpr Write nonsense_of_staged{"test_nonsense_of_staged", "DELETE FROM nowhere", announces_nothing};
constexpr Statement all_leases{"test_all_leases", "SELECT name, holder, expires_at FROM leases ORDER BY name"};
constexpr Constraint lease_is_free{Violation::Kind::unique, {"leases_pkey", "leases.name"}};

class BulkDatabaseTest : public testing::FeatureFixture {
 protected:
  std::expected<std::int64_t, Violation> take(std::vector<Parameters> rows,
                                              std::vector<const Constraint*> expected = {}) {
    Changes changes;
    const auto count = changes.add(Change<std::int64_t>{take_staged, {"nobody"}, affected_rows});
    const auto loaded = run(bulk_->load({staged_leases, std::move(rows)}, std::move(changes), std::move(expected)));
    if (!loaded) return std::unexpected(loaded.error());
    return loaded->result(count);
  }

  Parameters lease(const std::string& name) const { return {name, std::monostate{}, clock_.now()}; }

  std::unique_ptr<BulkDatabase> bulk_ = backend_->provider().open_bulk(io_);
};

INSTANTIATE_TEST_SUITE_P(Databases, BulkDatabaseTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(BulkDatabaseTest, StagedRows_AreThereForTheChangesOfTheirTransactionAlone) {
  EXPECT_EQ(take({lease("a"), {"b", "somebody", clock_.now()}}), 2);
  EXPECT_EQ(take({lease("c")}), 1);
  EXPECT_EQ(take({}), 0);
  const Rows rows = select(all_leases);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].text(1), "nobody");
  EXPECT_EQ(rows[1].text(1), "somebody");
  EXPECT_EQ(rows[2].time(2), clock_.now());
}

TEST_P(BulkDatabaseTest, ManyRows_AreLoadedAtOnce) {
  std::vector<Parameters> rows;
  for (int i = 0; i < 5000; ++i) rows.push_back(lease("lease " + std::to_string(i)));
  EXPECT_EQ(take(std::move(rows)), 5000);
}

TEST_P(BulkDatabaseTest, ViolatedConstraintThatIsExpected_IsAValueAndNothingIsStored) {
  EXPECT_EQ(take({lease("a")}), 1);
  const auto taken = take({lease("b"), lease("a")}, {&lease_is_free});
  ASSERT_FALSE(taken);
  EXPECT_TRUE(lease_is_free.is_violated_by(taken.error()));
  EXPECT_EQ(select(all_leases).size(), 1U);
  EXPECT_EQ(take({lease("b")}), 1) << "the next one is as if nothing had been";
}

TEST_P(BulkDatabaseTest, ViolatedConstraintThatNobodyExpects_IsThrown) {
  EXPECT_EQ(take({lease("a")}), 1);
  EXPECT_THROW((void)take({lease("a")}), ConstraintViolation);
}

TEST_P(BulkDatabaseTest, WrongStatement_IsThrownAndNothingIsStored) {
  Changes changes;
  const auto count = changes.add(Change<std::int64_t>{take_staged, {"nobody"}, affected_rows});
  changes.add(Change<void>{nonsense_of_staged, {}});
  const auto load = [&] { return run(bulk_->load({staged_leases, {lease("a")}}, std::move(changes), {})); };
  EXPECT_THROW((void)load()->result(count), StatementFailed);
  EXPECT_EQ(select(all_leases).size(), 0U);
}

}  // namespace
}  // namespace gatehouse::database
