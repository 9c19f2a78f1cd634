#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "support/backend.hpp"
#include "support/plain_writes.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"

namespace gatehouse::database {
namespace {

constexpr database::Write insert_parent{"contract_insert_parent", "INSERT INTO parents (id, name) VALUES ($1, $2)",
                                        database::announces_nothing};
constexpr database::Write insert_child{
    "contract_insert_child", "INSERT INTO children (id, parent_id, note, bytes, seen_at) VALUES ($1, $2, $3, $4, $5)",
    database::announces_nothing};
constexpr Statement select_child{"contract_select_child",
                                 "SELECT id, parent_id, note, bytes, seen_at FROM children WHERE id = $1"};
constexpr Statement count_parents{"contract_count_parents", "SELECT count(*) FROM parents"};
constexpr Statement count_children{"contract_count_children", "SELECT count(*) FROM children"};
constexpr database::Write add_to_parent{"contract_add_to_parent",
                                        "UPDATE parents SET total = total + $1 WHERE id = $2 RETURNING total",
                                        database::announces_nothing};
constexpr Statement select_total{"contract_select_total", "SELECT total FROM parents WHERE id = $1"};
constexpr database::Write delete_parents{"contract_delete_parents", "DELETE FROM parents WHERE id >= $1",
                                         database::announces_nothing};
constexpr database::Write nonsense{"contract_nonsense", "SELECT nothing FROM nowhere", database::announces_nothing};

class DatabaseContract : public ::testing::TestWithParam<testing::BackendFactory> {
 protected:
  DatabaseContract()
      : backend_(GetParam().make()),
        database_(backend_->provider().open(io_, 1)),
        schema_(backend_->provider().open_schema(io_)) {
    const bool postgres = schema_->dialect() == Dialect::postgres;
    const std::string integer = postgres ? "bigint" : "INTEGER";
    const std::string bytes = postgres ? "bytea" : "BLOB";
    const std::string time = postgres ? "timestamptz" : "INTEGER";
    const auto made = testing::run_task(
        io_,
        schema_->run_script("CREATE TABLE parents (id " + integer + " PRIMARY KEY, name text NOT NULL UNIQUE, total " +
                            integer + " NOT NULL DEFAULT 0 CHECK (total >= 0));" + "CREATE TABLE children (id " +
                            integer + " PRIMARY KEY, parent_id " + integer +
                            " NOT NULL REFERENCES parents (id) ON DELETE CASCADE, note text, bytes " + bytes +
                            ", seen_at " + time + ");"));
    if (!made) throw std::logic_error{"the tables were refused"};
  }

  std::expected<Rows, Violation> execute(const Write<void>& statement, Parameters parameters) {
    return testing::run_task(io_, testing::execute(*database_, statement, std::move(parameters)));
  }
  Rows query(const Statement& statement, Parameters parameters = {}) {
    return testing::run_task(io_, database_->query(statement, std::move(parameters)));
  }
  std::int64_t count(const Statement& statement) { return query(statement)[0].integer(0); }

  static Parameters parent(std::int64_t id) { return {id, "parent " + std::to_string(id)}; }
  static Parameters child(std::int64_t id, std::int64_t parent_id) {
    return {id, parent_id, std::monostate{}, std::monostate{}, std::monostate{}};
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<testing::Backend> backend_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<SchemaDatabase> schema_;
};

TEST_P(DatabaseContract, Execute_ValuesOfEveryKind_RoundTrip) {
  const std::string bytes{"\0\xff\x80 bytes\0", 10};
  const auto time = from_unix_us(1'737'541'800'123'456);
  const std::int64_t id = std::numeric_limits<std::int64_t>::max();
  ASSERT_TRUE(execute(insert_parent, parent(1)));
  const auto inserted =
      execute(insert_child, {id, std::int64_t{1}, std::string{"ä€😀 'quoted' $1"}, Blob{bytes}, time});
  ASSERT_TRUE(inserted);
  EXPECT_EQ(inserted->affected(), 1);

  const auto rows = query(select_child, {id});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].integer(0), id);
  EXPECT_EQ(rows[0].integer(1), 1);
  EXPECT_EQ(rows[0].text(2), "ä€😀 'quoted' $1");
  EXPECT_EQ(rows[0].text(3), bytes);
  EXPECT_EQ(rows[0].time(4), time);
}

TEST_P(DatabaseContract, Execute_NullsAndEmptyValues_StayApart) {
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  ASSERT_TRUE(execute(insert_parent, parent(1)));
  ASSERT_TRUE(execute(insert_child, child(lowest, 1)));
  ASSERT_TRUE(execute(insert_child, {std::int64_t{2}, std::int64_t{1}, std::string{}, Blob{}, from_unix_us(-1)}));

  const auto nulls = query(select_child, {lowest});
  ASSERT_EQ(nulls.size(), 1u);
  for (std::size_t column = 2; column < 5; ++column) EXPECT_TRUE(nulls[0].is_null(column)) << column;
  const auto empties = query(select_child, {std::int64_t{2}});
  ASSERT_EQ(empties.size(), 1u);
  EXPECT_EQ(empties[0].text(2), "");
  EXPECT_EQ(empties[0].text(3), "");
  EXPECT_EQ(empties[0].time(4), from_unix_us(-1));
}

TEST_P(DatabaseContract, Query_NoRow_IsEmptyWithItsColumns) {
  const auto rows = query(select_child, {std::int64_t{1}});
  EXPECT_TRUE(rows.empty());
  EXPECT_EQ(rows.columns(), 5u);
}

TEST_P(DatabaseContract, Execute_ConstraintViolated_SaysWhichKind) {
  ASSERT_TRUE(execute(insert_parent, parent(1)));
  EXPECT_EQ(execute(insert_parent, parent(1)).error().kind, Violation::Kind::unique);
  EXPECT_EQ(execute(insert_parent, {std::int64_t{2}, std::string{"parent 1"}}).error().kind, Violation::Kind::unique);
  EXPECT_EQ(execute(insert_child, child(1, 7)).error().kind, Violation::Kind::foreign_key);
  EXPECT_EQ(execute(insert_parent, {std::int64_t{3}, std::monostate{}}).error().kind, Violation::Kind::not_null);
  EXPECT_EQ(execute(add_to_parent, {std::int64_t{-1}, std::int64_t{1}}).error().kind, Violation::Kind::check);
  EXPECT_EQ(count(count_parents), 1);
}

TEST_P(DatabaseContract, Execute_Returning_GivesTheNewRow) {
  ASSERT_TRUE(execute(insert_parent, parent(1)));
  const auto rows = execute(add_to_parent, {std::int64_t{5}, std::int64_t{1}});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].integer(0), 5);
  EXPECT_EQ(rows->affected(), 1);
}

TEST_P(DatabaseContract, Execute_TouchingNothing_AffectsNothing) {
  const auto rows = execute(add_to_parent, {std::int64_t{5}, std::int64_t{1}});
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->empty());
  EXPECT_EQ(rows->affected(), 0);
}

TEST_P(DatabaseContract, Execute_DeletingAParent_TakesItsChildren) {
  ASSERT_TRUE(execute(insert_parent, parent(1)));
  ASSERT_TRUE(execute(insert_child, child(1, 1)));
  const auto deleted = execute(delete_parents, {std::int64_t{1}});
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->affected(), 1);
  EXPECT_EQ(count(count_children), 0);
}

TEST_P(DatabaseContract, Batch_AllGood_AnswersEachCommand) {
  std::vector<testing::PlainCommand> commands;
  commands.push_back({&insert_parent, parent(1)});
  commands.push_back({&add_to_parent, {std::int64_t{3}, std::int64_t{1}}});
  commands.push_back({&delete_parents, {std::int64_t{2}}});
  const auto results = testing::run_task(
      io_, testing::batch(*database_, std::move(commands), {Announcement{.topic = "contract", .id = 1}}));
  ASSERT_TRUE(results);
  ASSERT_EQ(results->size(), 3u);
  EXPECT_EQ((*results)[0].affected(), 1);
  EXPECT_EQ((*results)[1][0].integer(0), 3);
  EXPECT_EQ((*results)[2].affected(), 0);
}

TEST_P(DatabaseContract, Batch_LastCommandViolates_LeavesNothing) {
  ASSERT_TRUE(execute(insert_parent, parent(1)));
  std::vector<testing::PlainCommand> commands;
  commands.push_back({&insert_parent, parent(2)});
  commands.push_back({&delete_parents, {std::int64_t{1}}});
  commands.push_back({&insert_child, child(1, 9)});
  const auto results = testing::run_task(io_, testing::batch(*database_, std::move(commands)));
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().kind, Violation::Kind::foreign_key);
  EXPECT_EQ(count(count_parents), 1);
}

TEST_P(DatabaseContract, Batch_WrongStatement_LeavesNothingAndTheDatabaseWorks) {
  std::vector<testing::PlainCommand> commands;
  commands.push_back({&insert_parent, parent(1)});
  commands.push_back({&nonsense, {}});
  EXPECT_THROW((void)testing::run_task(io_, testing::batch(*database_, std::move(commands))), StatementFailed);
  EXPECT_EQ(count(count_parents), 0);
}

TEST_P(DatabaseContract, Query_WrongStatement_FailsAndTheDatabaseWorks) {
  EXPECT_THROW((void)query(nonsense.statement), StatementFailed);
  EXPECT_EQ(count(count_parents), 0);
}

TEST_P(DatabaseContract, Query_AfterAnAcknowledgedWrite_SeesIt) {
  const auto other = backend_->provider().open(io_, 2);
  for (std::int64_t id = 1; id <= 200; ++id) {
    ASSERT_TRUE(execute(insert_parent, parent(id)));
    const auto rows = testing::run_task(io_, other->query(count_parents, {}));
    ASSERT_EQ(rows[0].integer(0), id);
  }
}

TEST_P(DatabaseContract, Execute_ThousandAtOnce_AreAllWritten) {
  constexpr std::int64_t writes = 1000;
  std::int64_t done = 0;
  for (std::int64_t id = 0; id < writes; ++id) {
    boost::asio::co_spawn(io_, testing::execute(*database_, insert_parent, parent(id)),
                          [&](std::exception_ptr failure, const std::expected<Rows, Violation>& rows) {
                            if (!failure && rows && rows->affected() == 1) ++done;
                          });
  }
  EXPECT_TRUE(testing::run_until(io_, [&] { return done == writes; })) << done;
  EXPECT_EQ(count(count_parents), writes);
}

TEST_P(DatabaseContract, Execute_ThousandIncrementsAtOnce_AreAllCounted) {
  constexpr std::int64_t increments = 1000;
  ASSERT_TRUE(execute(insert_parent, parent(1)));
  std::int64_t done = 0;
  for (std::int64_t i = 0; i < increments; ++i) {
    Parameters parameters{std::int64_t{1}, std::int64_t{1}};
    boost::asio::co_spawn(io_, testing::execute(*database_, add_to_parent, std::move(parameters)),
                          [&](std::exception_ptr failure, const std::expected<Rows, Violation>& rows) {
                            if (!failure && rows) ++done;
                          });
  }
  EXPECT_TRUE(testing::run_until(io_, [&] { return done == increments; })) << done;
  EXPECT_EQ(query(select_total, {std::int64_t{1}})[0].integer(0), increments);
}

TEST_P(DatabaseContract, RunScript_ThatViolates_LeavesNothing) {
  const auto done = testing::run_task(
      io_, schema_->run_script("INSERT INTO parents (id, name) VALUES (1, 'a'); CREATE TABLE extra (id integer);"
                               "INSERT INTO parents (id, name) VALUES (1, 'b');"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Violation::Kind::unique);
  EXPECT_EQ(count(count_parents), 0);
  EXPECT_TRUE(testing::run_task(io_, schema_->run_script("CREATE TABLE extra (id integer);")));
}

TEST_P(DatabaseContract, RunScript_WithWrongSql_LeavesNothing) {
  EXPECT_THROW((void)testing::run_task(
                   io_, schema_->run_script("INSERT INTO parents (id, name) VALUES (1, 'a'); SELECT * FROM nowhere;")),
               StatementFailed);
  EXPECT_EQ(count(count_parents), 0);
}

TEST_P(DatabaseContract, RunCheck_DifferentTextsOneAfterTheOther_EachGiveTheirOwnRows) {
  ASSERT_TRUE(execute(insert_parent, parent(1)));
  ASSERT_TRUE(execute(insert_parent, parent(2)));
  const auto check = [&](std::string sql) { return testing::run_task(io_, schema_->run_check(std::move(sql))); };
  const auto names = check("SELECT name, count(*) OVER () FROM parents ORDER BY id");
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[1].text(0), "parent 2");
  EXPECT_EQ(names[1].integer(1), 2);
  EXPECT_EQ(check("SELECT id FROM parents ORDER BY id")[0].integer(0), 1);
  EXPECT_TRUE(check("SELECT id FROM parents WHERE id > 2").empty());
}

TEST_P(DatabaseContract, RunCheck_WithWrongSql_FailsAndTheDatabaseWorks) {
  EXPECT_THROW((void)testing::run_task(io_, schema_->run_check("SELECT nothing FROM nowhere")), StatementFailed);
  EXPECT_EQ(count(count_parents), 0);
}

INSTANTIATE_TEST_SUITE_P(Databases, DatabaseContract, ::testing::ValuesIn(testing::backends()), testing::backend_name);

}  // namespace
}  // namespace gatehouse::database
