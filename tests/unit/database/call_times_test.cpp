#include "database/call_times.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "support/run_task.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::database {
namespace {

using testing::ScriptedDatabase;

constexpr Statement find{"things_find", "SELECT 1"};
constexpr OccurrenceKinds kinds;
constexpr Write add{"things_add", "INSERT", announces_nothing};
constexpr Write drop{"things_drop", "DELETE", announces_nothing};

/// Remembers what a Database said of its calls.
class RecordingCalls final : public CallObserver {
 public:
  void on_call(const EndedCall& call) noexcept override {
    calls.push_back(std::string{call.statement.name} + " " + std::string{to_text(call.outcome)} + " " +
                    std::to_string(call.rows));
  }
  void on_occurrence(const Occurrence& occurrence) noexcept override { occurred.push_back(occurrence.number); }

  std::vector<std::string> calls;
  std::vector<std::uint32_t> occurred;
};

class CallsTest : public ::testing::Test {
 protected:
  explicit CallsTest() { database_.observers.add(calls_); }

  template <class Result>
  Result run(Task<Result> task) {
    boost::asio::io_context io{1};
    return gatehouse::testing::run_task(io, std::move(task));
  }

  ScriptedDatabase database_{[this](std::string_view, const Parameters&) {
    if (failure_) failure_();
    Rows rows{1};
    rows.add_integer(1);
    rows.set_affected(affected_);
    return rows;
  }};
  RecordingCalls calls_;
  std::function<void()> failure_;
  std::int64_t affected_ = 1;
};

TEST_F(CallsTest, Query_IsToldWithItsRows) {
  (void)run(database_.query(find, {}));
  EXPECT_EQ(calls_.calls, std::vector<std::string>{"things_find ok 1"});
}

TEST_F(CallsTest, FailedCalls_AreToldByHowTheyFailed) {
  failure_ = [] { throw Unavailable{Unavailable::Reason::deadline, "late"}; };
  EXPECT_THROW((void)run(database_.query(find, {})), Unavailable);
  failure_ = [] { throw StatementFailed{"no such table"}; };
  EXPECT_THROW((void)run(database_.query(find, {})), StatementFailed);
  failure_ = [] { throw ConstraintViolation{Violation{}}; };
  EXPECT_THROW(run(database_.commit(Change<void>{add, {}})), ConstraintViolation);
  EXPECT_EQ(calls_.calls,
            (std::vector<std::string>{"things_find unavailable 0", "things_find failed 0", "things_add violated 0"}));
}

TEST_F(CallsTest, Transaction_IsOneCallOfItsFirstStatement) {
  Changes changes;
  changes.add(Change<void>{add, {}});
  changes.add(Change<void>{drop, {}});
  (void)run(database_.commit(std::move(changes)));
  EXPECT_EQ(calls_.calls, std::vector<std::string>{"things_add ok 2"});
}

TEST_F(CallsTest, OccurrenceOfACommittedRow_IsCounted) {
  run(database_.commit(Change<void>{add, {}}.counted({&kinds, 7})));
  EXPECT_EQ(calls_.occurred, std::vector<std::uint32_t>{7});
}

TEST_F(CallsTest, OccurrenceWithoutARowOrACommit_IsNone) {
  affected_ = 0;
  run(database_.commit(Change<void>{add, {}}.counted({&kinds, 7})));
  affected_ = 1;
  failure_ = [] { throw Unavailable{Unavailable::Reason::connection, "gone"}; };
  EXPECT_THROW(run(database_.commit(Change<void>{add, {}}.counted({&kinds, 7}))), Unavailable);
  EXPECT_TRUE(calls_.occurred.empty());
}

TEST(CallTimes, Statements_HaveTheirOwnDurations) {
  CallTimes times;
  times.on_call({find, std::chrono::milliseconds{3}, CallOutcome::ok, 1, nullptr});
  times.on_call({find, std::chrono::milliseconds{3}, CallOutcome::unavailable, 0, nullptr});
  metrics::Page page;
  times.write(page);
  for (const char* outcome : {"ok", "unavailable"}) {
    EXPECT_TRUE(
        page.text().contains("gatehouse_database_query_duration_seconds_count{statement=\"things_find\",outcome=\"" +
                             std::string{outcome} + "\"} 1\n"));
  }
  EXPECT_FALSE(page.text().contains("violated"));
}

TEST(CallTimes, ThreadsAtOnce_LoseNoCall) {
  constexpr int statement_count = 300;
  constexpr int rounds = 20;
  std::deque<Statement> statements;
  for (int i = 0; i < statement_count; ++i) statements.emplace_back("s", "SELECT 1");
  CallTimes times;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        for (const Statement& statement : statements) {
          times.on_call({statement, std::chrono::microseconds{1}, CallOutcome::ok, 0, nullptr});
        }
      }
    });
  }
  threads.clear();
  metrics::Page page;
  times.write(page);
  const std::string wanted = "_count{statement=\"s\",outcome=\"ok\"} " + std::to_string(4 * rounds) + "\n";
  int found = 0;
  for (auto at = page.text().find(wanted); at != std::string::npos; at = page.text().find(wanted, at + 1)) ++found;
  EXPECT_EQ(found, statement_count);
}

}  // namespace
}  // namespace gatehouse::database
