#include "telemetry/log_queue.hpp"

#include <gmock/gmock.h>
#include <poll.h>

#include <algorithm>

#include "support/patience.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::telemetry::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Lt;

constexpr std::size_t pipe_bytes_max = 1 << 20;  // more than a pipe takes

LineBuffer buffer_of(std::string_view line, int lines = 1) {
  LineBuffer buffer;
  for (int i = 0; i < lines; ++i) buffer.add_line(std::ranges::copy(line, buffer.end()).out);
  return buffer;
}

/// A queue whose thread hangs in a write to a pipe that nobody reads, so that whatever comes now waits.
class StuckQueue {
 public:
  explicit StuckQueue(std::size_t lines_max)
      : queue_(LineWriter{pipe_.writer(), gatehouse::testing::patience}, lines_max) {
    queue_.push(line_of_letters(pipe_bytes_max, 'x'));
    while (!is_full()) std::this_thread::yield();
  }

  LogQueue& queue() { return queue_; }
  /// Reads until `text` has come out.
  std::string read_until(std::string_view text) {
    std::string read;
    while (!read.ends_with(text)) read += pipe_.drain();
    return read.substr(std::min(read.find('\n') + 1, read.size()));
  }

 private:
  bool is_full() {
    pollfd target{pipe_.writer(), POLLOUT, 0};
    return ::poll(&target, 1, 0) == 0;
  }

  Pipe pipe_;
  LogQueue queue_;
};

TEST(LogQueue, LinesAndBuffers_AreWrittenInTheOrderOfTheirArrival) {
  const CapturedOutput output;
  {
    LogQueue queue{LineWriter{output.descriptor()}};
    queue.add_buffers(3);
    queue.push("1\n");
    LineBuffer own = queue.exchange(buffer_of("2\n"));
    queue.push("3\n");
    queue.push("4\n");
    own = queue.exchange(buffer_of("5\n"));
  }
  EXPECT_THAT(output.lines(), ElementsAre("1", "2", "3", "4", "5"));
}

TEST(LogQueue, WaitingLinesAndBuffers_KeepTheirOrder) {
  StuckQueue stuck{4};
  stuck.queue().add_buffers(2);
  stuck.queue().push("1\n");
  EXPECT_EQ(stuck.queue().exchange(buffer_of("2\n")).lines(), 0U);
  stuck.queue().push("3\n");
  EXPECT_EQ(stuck.queue().exchange(buffer_of("4\n")).lines(), 0U);
  EXPECT_EQ(stuck.read_until("4\n"), "1\n2\n3\n4\n");
  EXPECT_EQ(stuck.queue().dropped_lines(), 0U);
}

TEST(LogQueue, TooManyLines_DropTheOldestAndKeepTheBuffers) {
  StuckQueue stuck{2};
  stuck.queue().add_buffers(1);
  EXPECT_EQ(stuck.queue().exchange(buffer_of("buffer\n")).lines(), 0U);
  for (const char* line : {"1\n", "2\n", "3\n", "4\n"}) stuck.queue().push(line);
  EXPECT_EQ(stuck.queue().dropped_lines(), 2U);
  EXPECT_EQ(stuck.read_until("4\n"), "buffer\n3\n4\n");
}

TEST(LogQueue, NoFreeBuffer_DropsTheNewBufferWholeAndCountsItsLines) {
  StuckQueue stuck{2};
  stuck.queue().add_buffers(1);
  EXPECT_EQ(stuck.queue().exchange(buffer_of("kept\n")).lines(), 0U);
  EXPECT_EQ(stuck.queue().exchange(buffer_of("lost\n", 7)).lines(), 0U);
  EXPECT_EQ(stuck.queue().dropped_lines(), 7U);
  EXPECT_EQ(stuck.read_until("kept\n"), "kept\n");
}

TEST(LogQueue, LinesThatTheReaderDoesNotTake_AreCounted) {
  Pipe pipe;
  pipe.close_reader();
  LogQueue queue{LineWriter{pipe.writer()}};
  queue.add_buffers(1);
  queue.push("lost\n");
  EXPECT_EQ(queue.exchange(buffer_of("lost\n", 3)).lines(), 0U);
  while (queue.dropped_lines() < 4) std::this_thread::yield();
}

TEST(LogQueue, LinesOfSeveralThreads_NeverMix) {
  constexpr int lines = 50;
  const CapturedOutput output;
  {
    LogQueue queue{LineWriter{output.descriptor()}};
    std::vector<std::thread> threads;
    for (const char letter : {'a', 'b', 'c'}) {
      threads.emplace_back([&queue, letter] {
        queue.add_buffers(lines);
        for (int i = 0; i < lines; ++i) {
          queue.push(line_of_letters(10'000, letter));
          EXPECT_EQ(queue.exchange(buffer_of(line_of_letters(20'000, letter))).lines(), 0U);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(queue.dropped_lines(), 0U);
  }
  const auto written = output.lines();
  EXPECT_EQ(written.size(), 6U * lines);
  for (const std::string& line : written) EXPECT_EQ(line, std::string(line.size(), line.at(0)));
}

TEST(LogQueue, EndWithAStuckReader_IsPrompt) {
  Pipe pipe;
  const auto start = std::chrono::steady_clock::now();
  {
    LogQueue queue{LineWriter{pipe.writer(), std::chrono::milliseconds{20}}};
    queue.add_buffers(8);
    for (int i = 0; i < 1000; ++i) queue.push(line_of_letters(1000, 'x'));
    for (int i = 0; i < 8; ++i) EXPECT_EQ(queue.exchange(buffer_of(line_of_letters(60'000, 'y'))).lines(), 0U);
  }
  EXPECT_THAT(std::chrono::steady_clock::now() - start, Lt(gatehouse::testing::patience / 3));
}

}  // namespace
}  // namespace gatehouse::telemetry::testing
