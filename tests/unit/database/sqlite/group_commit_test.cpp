#include <boost/asio/co_spawn.hpp>
#include <vector>

#include "faulty_disk.hpp"
#include "sqlite_fixture.hpp"
#include "support/plain_writes.hpp"

namespace gatehouse::database::sqlite {
namespace {

using ExecuteResult = std::expected<Rows, Violation>;

TEST_F(SqliteTest, GroupCommit_ManyWriters_ShareTransactions) {
  FaultyDisk disk;
  open_with_table();
  disk.hold_syncs();  // so that no write is committed before all wait
  constexpr int writers = 1000;
  int done = 0;
  for (int id = 0; id < writers; ++id) {
    Parameters parameters{std::int64_t{id}, std::to_string(id)};
    boost::asio::co_spawn(io_, testing::execute(*database_, insert_item, std::move(parameters)),
                          [&](std::exception_ptr failure, const ExecuteResult& rows) {
                            if (!failure && rows && rows->affected() == 1) ++done;
                          });
  }
  io_.restart();
  io_.poll();
  disk.release_syncs();
  io_.run();
  EXPECT_EQ(done, writers);
  EXPECT_EQ(count(), writers);
  EXPECT_EQ(provider_->statistics().writes.load(), static_cast<std::uint64_t>(writers));
  EXPECT_LT(provider_->statistics().commits.load(), static_cast<std::uint64_t>(writers) / 2);
}

TEST_F(SqliteTest, GroupCommit_OneViolation_LeavesItsNeighboursCommitted) {
  open_with_table();
  constexpr int writers = 100;
  int done = 0;
  int violations = 0;
  for (int i = 0; i < writers; ++i) {
    // Every name comes twice: the second one violates the unique constraint.
    Parameters parameters{std::int64_t{i}, std::to_string(i / 2)};
    boost::asio::co_spawn(io_, testing::execute(*database_, insert_item, std::move(parameters)),
                          [&](std::exception_ptr failure, const ExecuteResult& rows) {
                            if (!failure && rows) ++done;
                            if (!failure && !rows && rows.error().kind == Violation::Kind::unique) ++violations;
                          });
  }
  io_.restart();
  io_.run();
  EXPECT_EQ(done, writers / 2);
  EXPECT_EQ(violations, writers / 2);
  EXPECT_EQ(count(), writers / 2);
}

TEST_F(SqliteTest, GroupCommit_OneWrongStatement_LeavesItsNeighboursCommitted) {
  static constexpr database::Write nonsense{"nonsense", "INSERT INTO nowhere VALUES (1)", database::announces_nothing};
  open_with_table();
  int done = 0;
  int failed = 0;
  const auto finished = [&](std::exception_ptr failure, const std::expected<std::vector<Rows>, Violation>& results) {
    if (failure) ++failed;
    if (!failure && results) ++done;
  };
  for (int id = 0; id < 30; ++id) {
    std::vector<testing::PlainCommand> commands;
    commands.push_back({&insert_item, {std::int64_t{id}, std::to_string(id)}});
    if (id % 3 == 0) commands.push_back({&nonsense, {}});
    boost::asio::co_spawn(io_, testing::batch(*database_, std::move(commands)), finished);
  }
  io_.restart();
  io_.run();
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(done, 20);
  EXPECT_EQ(count(), 20);
}

}  // namespace
}  // namespace gatehouse::database::sqlite
