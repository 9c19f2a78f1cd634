// Batches are all or nothing, pipelined neighbours do not disturb each other, and every bound holds.

#include "contract/echo_statements.hpp"
#include "support/plain_writes.hpp"
#include "support/postgres_fixture.hpp"

namespace gatehouse::testing {
namespace {

using Command = PlainCommand;
using database::Parameters;
using database::Rows;
using database::Statement;
using database::Unavailable;
using database::Violation;

constexpr database::Write insert{"items_insert", "INSERT INTO items (id, parent, name) VALUES ($1, $2, $3)",
                                 database::announces_nothing};
constexpr database::Write add_one{"items_add_one", "UPDATE items SET amount = amount + 1 WHERE id = $1",
                                  database::announces_nothing};
constexpr database::Write insert_deferred{"deferred_insert", "INSERT INTO deferred (item) VALUES ($1)",
                                          database::announces_nothing};
constexpr database::Write count_items{"items_count", "SELECT count(*) FROM items", database::announces_nothing};
constexpr Statement amount_of{"items_amount", "SELECT amount FROM items WHERE id = $1"};
constexpr database::Write broken{"calls_broken", "SELECT no_such_column FROM items", database::announces_nothing};
constexpr Statement divide{"calls_divide", "SELECT 10 / CAST($1 AS bigint)"};
constexpr Statement all_items{"items_all", "SELECT * FROM items WHERE id = $1"};
constexpr database::Write sleep{"calls_sleep", "SELECT 1 FROM pg_sleep(0.05)", database::announces_nothing};

constexpr const char* tables =
    "CREATE TABLE items (id bigint PRIMARY KEY, parent bigint REFERENCES items (id), name text NOT NULL CHECK (name <> "
    "'bad'), amount bigint NOT NULL DEFAULT 0);"
    "CREATE TABLE deferred (item bigint REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED)";

Parameters item(std::int64_t id, database::Value parent = std::monostate{}, database::Value name = std::string{"n"}) {
  return {id, std::move(parent), std::move(name)};
}

class DatabasePostgresCalls : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (database_) database_->run(tables);
  }
  std::expected<std::vector<Rows>, Violation> batch(std::vector<testing::PlainCommand> commands) {
    return run(testing::batch(*db_, std::move(commands)));
  }
  std::expected<Rows, Violation> execute(const database::Write<void>& statement, Parameters parameters) {
    return run(testing::execute(*db_, statement, std::move(parameters)));
  }
};

TEST_F(DatabasePostgresCalls, Batch_AllGood_IsCommittedWithAResultPerCommand) {
  open();
  const auto results = batch({{&insert, item(1)}, {&insert, item(2, std::int64_t{1})}, {&count_items, {}}});
  ASSERT_TRUE(results.has_value());
  ASSERT_EQ(results->size(), 3U);
  EXPECT_EQ((*results)[0].affected(), 1);
  EXPECT_EQ((*results)[2][0].integer(0), 2);
  EXPECT_EQ(database_->run("SELECT count(*) FROM items"), "2");
}

TEST_F(DatabasePostgresCalls, Batch_LastCommandViolates_LeavesNothing) {
  open();
  const auto results = batch({{&insert, item(1)}, {&insert, item(2)}, {&insert, item(1)}});
  ASSERT_FALSE(results.has_value());
  EXPECT_EQ(results.error().kind, Violation::Kind::unique);
  EXPECT_EQ(database_->run("SELECT count(*) FROM items"), "0");
}

TEST_F(DatabasePostgresCalls, Batch_FirstCommandViolates_SkipsTheRest) {
  open();
  const auto results = batch({{&insert, item(1, std::int64_t{99})}, {&insert, item(2)}});
  ASSERT_FALSE(results.has_value());
  EXPECT_EQ(results.error().kind, Violation::Kind::foreign_key);
  EXPECT_EQ(database_->run("SELECT count(*) FROM items"), "0");
}

TEST_F(DatabasePostgresCalls, Batch_DeferredConstraintFailsAtCommit_LeavesNothing) {
  open();
  const auto results = batch({{&insert, item(1)}, {&insert_deferred, {std::int64_t{99}}}});
  ASSERT_FALSE(results.has_value());
  EXPECT_EQ(results.error().kind, Violation::Kind::foreign_key);
  EXPECT_EQ(database_->run("SELECT count(*) FROM items"), "0");
  EXPECT_TRUE(batch({{&insert, item(1)}, {&insert_deferred, {std::int64_t{1}}}}).has_value());
}

TEST_F(DatabasePostgresCalls, Batch_BadStatement_ThrowsAndLeavesNothing) {
  open();
  EXPECT_THROW(batch({{&insert, item(1)}, {&broken, {}}}), database::StatementFailed);
  EXPECT_EQ(database_->run("SELECT count(*) FROM items"), "0");
}

TEST_F(DatabasePostgresCalls, Batch_Empty_Succeeds) {
  open();
  const auto results = batch({});
  ASSERT_TRUE(results.has_value());
  EXPECT_TRUE(results->empty());
}

TEST_F(DatabasePostgresCalls, Execute_EachKindOfViolation_IsNamed) {
  open();
  ASSERT_TRUE(execute(insert, item(1)).has_value());
  EXPECT_EQ(execute(insert, item(1)).error().kind, Violation::Kind::unique);
  EXPECT_EQ(execute(insert, item(2, std::int64_t{77})).error().kind, Violation::Kind::foreign_key);
  EXPECT_EQ(execute(insert, item(2, std::monostate{}, std::monostate{})).error().kind, Violation::Kind::not_null);
  EXPECT_EQ(execute(insert, item(2, std::monostate{}, std::string{"bad"})).error().kind, Violation::Kind::check);
}

TEST_F(DatabasePostgresCalls, Failure_Message_HoldsSqlStateAndNoParameter) {
  open();
  try {
    run(db_->query(divide, {std::int64_t{0}}));
    FAIL() << "divided by zero";
  } catch (const database::StatementFailed& failure) {
    EXPECT_STREQ(failure.what(), "22012: division by zero");
  }
}

TEST_F(DatabasePostgresCalls, Neighbours_OfFailingQueries_AreNotDisturbed) {
  keep_connections(1);
  open();
  std::vector<std::shared_ptr<Pending<Rows>>> calls;
  for (std::int64_t i = 0; i < 300; ++i) {
    if (i % 7 == 3) {
      calls.push_back(start(
          db_->query(i % 2 == 0 ? broken.statement : divide, i % 2 == 0 ? Parameters{} : Parameters{std::int64_t{0}})));
    } else {
      calls.push_back(start(db_->query(echo, {i})));
    }
  }
  for (std::int64_t i = 0; i < 300; ++i) {
    const auto& call = calls[static_cast<std::size_t>(i)];
    ASSERT_TRUE(finish(call));
    if (i % 7 == 3) {
      EXPECT_THROW(std::rethrow_exception(call->thrown), database::StatementFailed);
    } else {
      ASSERT_TRUE(call->value.has_value()) << i;
      EXPECT_EQ((*call->value)[0].integer(0), i);
    }
  }
}

TEST_F(DatabasePostgresCalls, Writes_BetweenReads_KeepToThemselves) {
  keep_connections(1);
  open();
  ASSERT_EQ(run(db_->query(count_items.statement, {}))[0].integer(0), 0);
  const auto before = start(db_->query(count_items.statement, {}));
  const auto good = start(testing::execute(*db_, insert, item(1)));
  const auto between = start(db_->query(count_items.statement, {}));
  const auto bad = start(testing::execute(*db_, insert, item(1)));
  const auto after = start(db_->query(count_items.statement, {}));
  ASSERT_TRUE(finish(after));
  EXPECT_EQ((*before->value)[0].integer(0), 0);
  EXPECT_TRUE(good->value->has_value());
  EXPECT_EQ((*between->value)[0].integer(0), 1);
  EXPECT_FALSE(bad->value->has_value());
  EXPECT_EQ((*after->value)[0].integer(0), 1);
}

TEST_F(DatabasePostgresCalls, TenThousandQueriesAtOnce_AllAnswerInTheirOwnName) {
  settings_.queue_max = 10'000;
  open();
  std::vector<std::shared_ptr<Pending<Rows>>> calls;
  for (std::int64_t i = 0; i < 10'000; ++i) calls.push_back(start(db_->query(echo, {i})));
  for (std::int64_t i = 0; i < 10'000; ++i) {
    const auto& call = calls[static_cast<std::size_t>(i)];
    ASSERT_TRUE(finish(call));
    ASSERT_TRUE(call->value.has_value());
    ASSERT_EQ((*call->value)[0].integer(0), i);
  }
}

TEST_F(DatabasePostgresCalls, ConcurrentBatches_OnOneRow_AllCount) {
  open();
  ASSERT_TRUE(execute(insert, item(1)).has_value());
  std::vector<std::shared_ptr<Pending<std::expected<std::vector<Rows>, Violation>>>> calls;
  for (int i = 0; i < 300; ++i) {
    std::vector<testing::PlainCommand> commands;
    commands.push_back({&add_one, {std::int64_t{1}}});
    commands.push_back({&add_one, {std::int64_t{1}}});
    calls.push_back(start(testing::batch(*db_, std::move(commands))));
  }
  for (const auto& call : calls) {
    ASSERT_TRUE(finish(call));
    ASSERT_TRUE(call->value && call->value->has_value());
  }
  EXPECT_EQ(run(db_->query(amount_of, {std::int64_t{1}}))[0].integer(0), 600);
}

TEST_F(DatabasePostgresCalls, Deadlock_IsRunAgainAndBothSucceed) {
  static constexpr database::Write pause{"calls_pause", "SELECT 1 FROM pg_sleep(0.1)", database::announces_nothing};
  keep_connections(3);
  database_->run("INSERT INTO items (id, name) VALUES (1, 'a'), (2, 'b')");
  database_->run("ALTER DATABASE " + database_->name() + " SET deadlock_timeout = '50ms'");
  const auto deadlocks = [&] {
    return database_->run("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
  };
  const auto use_both_connections = [&] {
    const auto first = start(db_->query(echo, {std::int64_t{1}}));
    const auto second = start(db_->query(echo, {std::int64_t{2}}));
    return finish(first) && finish(second) &&
           database_->run(
               "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT CAST%' AND "
               "datname = current_database()") == "2";
  };
  // If one of the two stalls for long enough, they miss each other, and there is no deadlock.
  constexpr int attempts_max = 10;
  std::int64_t attempts = 0;
  while (deadlocks() == "0" && attempts < attempts_max) {
    ++attempts;
    open();
    // On one connection nothing can deadlock, so both must be in use.
    ASSERT_TRUE(run_until(io_, use_both_connections));
    const auto one =
        start(testing::batch(*db_, {{&add_one, {std::int64_t{1}}}, {&pause, {}}, {&add_one, {std::int64_t{2}}}}));
    const auto two =
        start(testing::batch(*db_, {{&add_one, {std::int64_t{2}}}, {&pause, {}}, {&add_one, {std::int64_t{1}}}}));
    ASSERT_TRUE(finish(one));
    ASSERT_TRUE(finish(two));
    EXPECT_TRUE(one->value && one->value->has_value());
    EXPECT_TRUE(two->value && two->value->has_value());
    EXPECT_EQ(run(db_->query(amount_of, {std::int64_t{1}}))[0].integer(0), 2 * attempts);
    db_.reset();  // the server counts at once when a session ends
  }
  EXPECT_NE(deadlocks(), "0");
}

// The value of a sequence is not rolled back with its transaction.
constexpr const char* contended =
    "CREATE SEQUENCE runs; CREATE FUNCTION contended(failures bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN "
    "IF nextval('runs') <= failures THEN RAISE EXCEPTION 'contended' USING ERRCODE = '40001'; END IF; "
    "RETURN failures; END $$";
constexpr database::Write insert_contended{
    "items_insert_contended", "INSERT INTO items (id, name) SELECT contended($1), 'n'", database::announces_nothing};

TEST_F(DatabasePostgresCalls, Contention_ThreeTimes_IsRunAgainUntilItSucceeds) {
  database_->run(contended);
  open();
  EXPECT_TRUE(execute(insert_contended, {std::int64_t{3}}).has_value());
  EXPECT_EQ(database_->run("SELECT last_value FROM runs"), "4");
  EXPECT_EQ(database_->run("SELECT count(*) FROM items"), "1");
}

TEST_F(DatabasePostgresCalls, Contention_ThatDoesNotEnd_IsOverload) {
  database_->run(contended);
  open();
  const auto call = start(testing::execute(*db_, insert_contended, {std::int64_t{1'000}}));
  ASSERT_TRUE(finish(call));
  EXPECT_EQ(call->unavailable(), Unavailable::Reason::overload);
  EXPECT_EQ(database_->run("SELECT last_value FROM runs"), "4");
}

TEST_F(DatabasePostgresCalls, Contention_AtTheEndOfThePool_EndsToo) {
  database_->run(contended);
  open();
  const auto call = start(testing::execute(*db_, insert_contended, {std::int64_t{1'000}}));
  ASSERT_TRUE(run_until(io_, [&] { return database_->run("SELECT is_called FROM runs") == "t"; }));
  db_.reset();
  ASSERT_TRUE(finish(call));
  EXPECT_TRUE(call->unavailable().has_value());
}

TEST_F(DatabasePostgresCalls, SchemaChange_UnderAPreparedStatement_IsFollowed) {
  keep_connections(1);
  open();
  ASSERT_TRUE(execute(insert, item(1)).has_value());
  EXPECT_EQ(run(db_->query(all_items, {std::int64_t{1}})).columns(), 4U);
  database_->run("ALTER TABLE items ADD COLUMN note text");
  EXPECT_EQ(run(db_->query(all_items, {std::int64_t{1}})).columns(), 5U);
}

TEST_F(DatabasePostgresCalls, LostPreparedStatement_IsPreparedAgain) {
  static constexpr database::Write deallocate{"calls_deallocate", "DEALLOCATE ALL", database::announces_nothing};
  keep_connections(1);
  open();
  EXPECT_EQ(run(db_->query(echo, {std::int64_t{1}}))[0].integer(0), 1);
  ASSERT_TRUE(execute(deallocate, {}).has_value());
  EXPECT_EQ(run(db_->query(echo, {std::int64_t{2}}))[0].integer(0), 2);
}

TEST_F(DatabasePostgresCalls, WithoutPreparedStatements_EverythingWorks) {
  static constexpr Statement count_prepared{"calls_count_prepared", "SELECT count(*) FROM pg_prepared_statements"};
  settings_.postgres.prepared_statements = false;
  keep_connections(1);  // a session lists only its own statements
  open();
  ASSERT_TRUE(execute(insert, item(1)).has_value());
  EXPECT_EQ(execute(insert, item(1)).error().kind, Violation::Kind::unique);
  EXPECT_FALSE(batch({{&insert, item(2)}, {&insert, item(1)}}).has_value());
  EXPECT_EQ(run(db_->query(count_items.statement, {}))[0].integer(0), 1);
  EXPECT_EQ(run(db_->query(count_prepared, {}))[0].integer(0), 0);
}

TEST_F(DatabasePostgresCalls, Query_SeesEveryAcknowledgedWrite_OnOtherConnections) {
  keep_connections(4);
  open();
  for (std::int64_t i = 1; i <= 50; ++i) {
    ASSERT_TRUE(execute(insert, item(i)).has_value());
    const auto one = start(db_->query(count_items.statement, {}));
    const auto two = start(db_->query(count_items.statement, {}));
    ASSERT_TRUE(finish(one) && finish(two));
    ASSERT_EQ((*one->value)[0].integer(0), i);
    ASSERT_EQ((*two->value)[0].integer(0), i);
  }
}

TEST_F(DatabasePostgresCalls, Queue_Full_RefusesTheRestAndServesTheWaiting) {
  keep_connections(1);
  settings_.queue_max = 10;
  open();
  std::vector<std::shared_ptr<Pending<Rows>>> calls;
  for (int i = 0; i < 30; ++i) calls.push_back(start(db_->query(echo, {std::int64_t{i}})));
  int served = 0;
  int refused = 0;
  for (const auto& call : calls) {
    ASSERT_TRUE(finish(call));
    served += call->value.has_value() ? 1 : 0;
    refused += call->unavailable() == Unavailable::Reason::overload ? 1 : 0;
  }
  EXPECT_EQ(served, 10);
  EXPECT_EQ(refused, 20);
}

TEST_F(DatabasePostgresCalls, Pool_GrowsUnderLoad_AndShrinksWhenIdle) {
  keep_connections(3);
  settings_.postgres.pool_min = 1;
  settings_.postgres.idle_timeout = std::chrono::seconds{2};
  open();
  ASSERT_EQ(run(db_->query(echo, {std::int64_t{1}}))[0].integer(0), 1);
  EXPECT_TRUE(run_until(io_, [&] { return session_count() == 1; }));
  const auto sessions_after_load = [&] {
    std::vector<std::shared_ptr<Pending<std::expected<Rows, Violation>>>> calls;
    for (int i = 0; i < 40; ++i) calls.push_back(start(testing::execute(*db_, sleep, {})));
    for (const auto& call : calls) EXPECT_TRUE(finish(call));
    return session_count();
  };
  EXPECT_TRUE(run_until(io_, [&] { return sessions_after_load() == 3; }));
  EXPECT_TRUE(run_until(io_, [&] { return session_count() == 1; }));
}

}  // namespace
}  // namespace gatehouse::testing
