// Writes of one row that wait for a connection share a transaction, which only the server's log shows.

#include <set>

#include "support/patience.hpp"
#include "support/plain_writes.hpp"
#include "support/postgres_fixture.hpp"

namespace gatehouse::testing {
namespace {

using database::announces_nothing;
using database::Rows;
using database::shares_transaction;
using database::Unavailable;
using database::Violation;

constexpr database::Write take_one{"shared_take_one",
                                   "UPDATE items SET amount = amount - 1 WHERE id = $1 RETURNING id, amount",
                                   announces_nothing, shares_transaction};
constexpr database::Write take_slowly{
    "shared_take_slowly", "UPDATE items SET amount = amount - 1 WHERE id = $1 AND pg_sleep(10000) IS NOT NULL",
    announces_nothing, shares_transaction};
constexpr database::Write take_alone{"shared_take_alone", "UPDATE items SET amount = amount - 1 WHERE id = $1",
                                     announces_nothing};
constexpr database::Write deallocate{"shared_deallocate", "DEALLOCATE ALL", announces_nothing};
constexpr std::int64_t items_max = 100;

std::string name_of_sessions(const ::testing::TestParamInfo<bool>& sessions) {
  return sessions.param ? "Own" : "Shared";
}

/// The parameter: whether each connection has its own session, or is assumed to go through a pooler.
class DatabasePostgresSharedWrites : public PostgresTest, public ::testing::WithParamInterface<bool> {
 protected:
  using Write = std::shared_ptr<Pending<std::expected<Rows, Violation>>>;

  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    settings_.postgres.prepared_statements = GetParam();
    settings_.query_timeout = patience;
    settings_.lock_timeout = patience;
    database_->run("CREATE TABLE items (id bigint PRIMARY KEY, amount bigint NOT NULL DEFAULT 1000)");
    database_->run("INSERT INTO items SELECT generate_series(1, 100)");
    administrator_.emplace(database_->conninfo());
  }

  /// One more connection is left to reads.
  void open_with(unsigned writing_connections) {
    keep_connections(writing_connections + 1);
    open();
  }

  Write start_write(const database::Write<void>& write, std::int64_t id) { return start(execute(*db_, write, {id})); }
  std::vector<Write> start_all(const database::Write<void>& write, std::int64_t first = 1) {
    std::vector<Write> writes;
    for (std::int64_t id = first; id <= items_max; ++id) writes.push_back(start_write(write, id));
    return writes;
  }
  bool took_one(const Write& write) {
    return finish(write) && write->value && write->value->has_value() && write->value->value().affected() == 1;
  }
  /// Two that sleep, each in its own group: started before there is a connection, they would wait and share one.
  std::vector<Write> start_both_groups() {
    std::vector<Write> writes;
    for (int i = 1; i <= 2; ++i) {
      writes.push_back(start_write(take_slowly, i));
      EXPECT_TRUE(run_until(io_, [&] { return sleeping_writes() == i; }));
    }
    return writes;
  }
  /// The violation of the one that fails, while all others succeed.
  Violation violation_of(const std::vector<Write>& writes, std::size_t failing) {
    for (std::size_t i = 0; i < writes.size(); ++i) EXPECT_EQ(took_one(writes[i]), i != failing) << i;
    return writes[failing]->value.value().error();
  }
  std::string transactions() { return database_->run("SELECT count(DISTINCT xmin::text) FROM items"); }
  std::string taken() { return database_->run("SELECT sum(1000 - amount) FROM items"); }
  int sleeping_writes() {
    return std::stoi(database_->run(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"));
  }

  std::optional<AdminConnection> administrator_;
};

TEST_P(DatabasePostgresSharedWrites, ThoseThatWaited_AreOneTransaction_AndEachHasItsOwnRows) {
  open_with(1);
  const auto writes = start_all(take_one);
  for (std::int64_t id = 1; id <= items_max; ++id) {
    const auto& write = writes[static_cast<std::size_t>(id - 1)];
    ASSERT_TRUE(took_one(write)) << id;
    EXPECT_EQ((**write->value)[0].integer(0), id);
  }
  EXPECT_EQ(taken(), "100");
  EXPECT_LE(std::stoi(transactions()), 4);
}

TEST_P(DatabasePostgresSharedWrites, ThoseThatMayNotShare_AreTransactionsOfTheirOwn) {
  open_with(1);
  for (const auto& write : start_all(take_alone)) EXPECT_TRUE(took_one(write));
  EXPECT_EQ(transactions(), "100");
}

TEST_P(DatabasePostgresSharedWrites, ManyOfOneRow_AllCount_AndEachSeesTheOneBefore) {
  open_with(3);
  std::vector<Write> writes;
  for (int i = 0; i < 100; ++i) writes.push_back(start_write(take_one, 1));
  std::set<std::int64_t> amounts;
  for (const auto& write : writes) {
    ASSERT_TRUE(took_one(write));
    amounts.insert((**write->value)[0].integer(1));
  }
  EXPECT_EQ(amounts.size(), 100U);
  EXPECT_EQ(taken(), "100");
}

TEST_P(DatabasePostgresSharedWrites, LockedRows_HoldUpNobodyElse) {
  open_with(4);
  administrator_->run("BEGIN; UPDATE items SET amount = 1000 WHERE id <= 2");
  const auto writes = start_all(take_one);
  for (std::size_t i = 2; i < writes.size(); ++i) EXPECT_TRUE(took_one(writes[i])) << i;
  EXPECT_FALSE(writes[0]->done() || writes[1]->done());
  administrator_->run("COMMIT");
  EXPECT_TRUE(took_one(writes[0]) && took_one(writes[1]));
  EXPECT_EQ(taken(), "100");
}

TEST_P(DatabasePostgresSharedWrites, ViolationOfOne_IsItsOwn) {
  database_->run("ALTER TABLE items ADD CONSTRAINT items_amount CHECK (amount >= 0)");
  database_->run("UPDATE items SET amount = 0 WHERE id = 50");
  open_with(1);
  const auto writes = start_all(take_one);
  const auto violated = violation_of(writes, 49);
  EXPECT_EQ(violated.constraint, "items_amount");
}

TEST_P(DatabasePostgresSharedWrites, ViolationAtTheCommit_IsThatOfTheOneThatCausedIt) {
  database_->run("CREATE TABLE parents (id bigint PRIMARY KEY); INSERT INTO parents SELECT generate_series(0, 1000)");
  database_->run("ALTER TABLE items ADD FOREIGN KEY (amount) REFERENCES parents DEFERRABLE INITIALLY DEFERRED");
  database_->run("DELETE FROM parents WHERE id = 899; UPDATE items SET amount = 900 WHERE id = 50");
  open_with(1);
  const auto writes = start_all(take_one);
  const auto violated = violation_of(writes, 49);
  EXPECT_EQ(violated.kind, Violation::Kind::foreign_key);
}

TEST_P(DatabasePostgresSharedWrites, LostPreparedStatements_ArePreparedAgain) {
  open_with(1);
  ASSERT_TRUE(took_one(start_write(take_one, 1)));
  ASSERT_TRUE(run(execute(*db_, deallocate, {})).has_value());
  for (const auto& write : start_all(take_one)) EXPECT_TRUE(took_one(write));
  EXPECT_EQ(taken(), "101");
}

// Nothing else happens that would send them.
TEST_P(DatabasePostgresSharedWrites, ThoseThatWaitForGroupsThatAreLost_GoOn) {
  open_with(4);
  const auto lost = start_both_groups();
  const auto writes = start_all(take_one, 3);
  database_->run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
      "datname = current_database()");
  for (const auto& write : lost) {
    ASSERT_TRUE(finish(write));
    EXPECT_EQ(write->unavailable(), Unavailable::Reason::connection);
  }
  for (const auto& write : writes) EXPECT_TRUE(took_one(write));
  EXPECT_EQ(taken(), "98");
}

TEST_P(DatabasePostgresSharedWrites, OtherWrites_GoOnBesideGroupsThatTakeLong) {
  open_with(3);
  const auto slow = start_both_groups();
  const auto waiting = start_write(take_one, 3);
  EXPECT_TRUE(took_one(start_write(take_alone, 4)));
  EXPECT_FALSE(waiting->done());
  db_.reset();
  for (const auto& write : slow) EXPECT_TRUE(finish(write));
  ASSERT_TRUE(finish(waiting));
  EXPECT_EQ(waiting->unavailable(), Unavailable::Reason::stopped);
}

INSTANTIATE_TEST_SUITE_P(Sessions, DatabasePostgresSharedWrites, ::testing::Bool(), name_of_sessions);

}  // namespace
}  // namespace gatehouse::testing
