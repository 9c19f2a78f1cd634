// A row or a table that somebody keeps locked holds up whoever needs it, and nobody else.

#include "contract/echo_statements.hpp"
#include "support/plain_writes.hpp"
#include "support/postgres_fixture.hpp"

namespace gatehouse::testing {
namespace {

using namespace std::chrono_literals;
using database::Rows;
using database::Statement;
using database::Unavailable;
using database::Violation;

constexpr database::Write touch{"locks_touch", "UPDATE items SET amount = amount + 1 WHERE id = $1",
                                database::announces_nothing};
constexpr Statement locked_amount{"locks_amount", "SELECT amount FROM items WHERE id = $1"};

class DatabasePostgresLocks : public PostgresTest {
 protected:
  using Write = std::shared_ptr<Pending<std::expected<Rows, Violation>>>;

  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    database_->run("CREATE TABLE items (id bigint PRIMARY KEY, amount bigint NOT NULL DEFAULT 0)");
    database_->run("INSERT INTO items SELECT generate_series(1, 20)");
    administrator_.emplace(database_->conninfo());
  }

  /// Like an administrator who leaves a transaction open.
  void lock_row() { administrator_->run("BEGIN; UPDATE items SET amount = 0 WHERE id = 1"); }
  void lock_table() { administrator_->run("BEGIN; LOCK TABLE items"); }
  void unlock() { administrator_->run("COMMIT"); }

  Write start_write(std::int64_t id) { return start(testing::execute(*db_, touch, {id})); }
  bool all_read(int count) {
    std::vector<std::shared_ptr<Pending<Rows>>> reads;
    for (int i = 0; i < count; ++i) reads.push_back(start(db_->query(echo, {std::int64_t{i}})));
    return std::ranges::all_of(reads, [&](const auto& read) { return finish(read) && read->value; });
  }
  int waiting_writes() {
    return std::stoi(
        database_->run("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                       "wait_event_type = 'Lock' AND query LIKE 'UPDATE%'"));
  }

  std::optional<AdminConnection> administrator_;
};

// Reads were once spread over the connections by load, so some of them came behind the write if there were many.
TEST_F(DatabasePostgresLocks, ReadsBesideAWriteThatWaits_GoOn) {
  keep_connections(2);
  open();
  // The pool knows a connection only after it has answered.
  ASSERT_TRUE(run_until(io_, [&] {
    return all_read(2) && database_->run(
                              "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT CAST%' AND "
                              "datname = current_database()") == "2";
  }));
  lock_row();
  const auto write = start_write(1);
  ASSERT_TRUE(run_until(io_, [&] { return waiting_writes() == 1; }));
  EXPECT_TRUE(all_read(300));
  EXPECT_FALSE(write->done());
  unlock();
  EXPECT_TRUE(finish(write) && write->value);
}

TEST_F(DatabasePostgresLocks, WritesThatWait_LeaveOneConnectionToTheReads) {
  keep_connections(3);
  open();
  lock_row();
  std::vector<Write> writes;
  for (int i = 0; i < 10; ++i) writes.push_back(start_write(1));
  ASSERT_TRUE(run_until(io_, [&] { return waiting_writes() == 2; }));
  EXPECT_TRUE(all_read(300));
  EXPECT_EQ(waiting_writes(), 2);
  unlock();
  for (const auto& write : writes) EXPECT_TRUE(finish(write) && write->value);
  EXPECT_EQ(database_->run("SELECT amount FROM items WHERE id = 1"), "10");
}

TEST_F(DatabasePostgresLocks, WriteToAnotherRow_IsNotBehindTheOneThatWaits) {
  keep_connections(3);
  open();
  lock_row();
  const auto blocked = start_write(1);
  ASSERT_TRUE(run_until(io_, [&] { return waiting_writes() == 1; }));
  for (std::int64_t id = 2; id <= 20; ++id) {
    const auto write = start_write(id);
    ASSERT_TRUE(finish(write) && write->value) << id;
  }
  EXPECT_FALSE(blocked->done());
  unlock();
  EXPECT_TRUE(finish(blocked));
}

TEST_F(DatabasePostgresLocks, WriteThatWaitsTooLong_IsOverload_LongBeforeItsDeadline) {
  settings_.lock_timeout = 50ms;
  for (const bool own_sessions : {true, false}) {
    settings_.postgres.prepared_statements = own_sessions;  // without them a pooler is assumed
    open();
    lock_row();
    const auto write = start_write(1);
    EXPECT_TRUE(finish(write));
    EXPECT_EQ(write->unavailable(), Unavailable::Reason::overload);
    unlock();
    const auto again = start_write(1);
    EXPECT_TRUE(finish(again) && again->value);
  }
}

TEST_F(DatabasePostgresLocks, ReadOfALockedTable_IsAnsweredOnceItIsFree) {
  settings_.lock_timeout = 10ms;
  keep_connections(1);
  open();
  lock_table();
  const auto blocked = start(db_->query(locked_amount, {std::int64_t{1}}));
  EXPECT_TRUE(all_read(100)) << "they would wait behind it on the only connection";
  EXPECT_FALSE(blocked->done());
  unlock();
  ASSERT_TRUE(finish(blocked));
  EXPECT_TRUE(blocked->value);
}

TEST_F(DatabasePostgresLocks, Script_WaitsForALockAsLongAsItTakes) {
  settings_.lock_timeout = 10ms;
  open();
  lock_table();
  const auto script = start(schema().run_script("ALTER TABLE items ADD COLUMN note text"));
  const auto is_waiting = [&] {
    return database_->run("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'items'::regclass") == "1";
  };
  ASSERT_TRUE(run_until(io_, is_waiting));
  EXPECT_FALSE(run_until(io_, [&] { return script->done(); }, 200ms));
  unlock();
  ASSERT_TRUE(finish(script));
  EXPECT_TRUE(script->value && script->value->has_value());
}

}  // namespace
}  // namespace gatehouse::testing
