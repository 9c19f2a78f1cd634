#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>
#include <vector>

#include "sqlite_fixture.hpp"
#include "support/plain_writes.hpp"

namespace gatehouse::database::sqlite {
namespace {

constexpr Statement find_item{"find_item", "SELECT name FROM items WHERE id = $1"};

struct Tally {
  std::atomic<int> written = 0;
  std::atomic<int> seen = 0;
};

// Writes rows and reads each one back. All references outlive the task.
Task<> write_and_read(Database& database, std::int64_t first_id, int rows, Tally& tally) {
  for (std::int64_t id = first_id; id < first_id + rows; ++id) {
    Parameters values{id, std::to_string(id)};
    const auto written = co_await testing::execute(database, insert_item, std::move(values));
    if (written) ++tally.written;
    Parameters key{id};
    const auto found = co_await database.query(find_item, std::move(key));
    if (found.size() == 1 && found[0].text(0) == std::to_string(id)) ++tally.seen;
  }
}

TEST_F(SqliteTest, IoThreads_WritingAtTheSameTime_EachSeeTheirOwnWrites) {
  constexpr int threads = 4;
  constexpr int tasks = 8;
  constexpr int rows = 50;
  open_with_table();
  Tally tally;
  {
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread) {
      running.emplace_back([this, thread, &tally] {
        boost::asio::io_context io{1};
        const auto database = provider_->open(io, threads);
        for (int task = 0; task < tasks; ++task) {
          const std::int64_t first_id = (thread * tasks + task) * rows;
          boost::asio::co_spawn(io, write_and_read(*database, first_id, rows, tally), boost::asio::detached);
        }
        io.run();
      });
    }
  }
  EXPECT_EQ(tally.written.load(), threads * tasks * rows);
  EXPECT_EQ(tally.seen.load(), threads * tasks * rows);
  EXPECT_EQ(count(), threads * tasks * rows);
  EXPECT_LT(provider_->statistics().commits.load(), provider_->statistics().writes.load());
}

}  // namespace
}  // namespace gatehouse::database::sqlite
