#include "telemetry/line_writer.hpp"

#include <thread>

#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::telemetry::testing {
namespace {

using std::chrono::milliseconds;

TEST(LineWriter, Lines_ReachTheDescriptor) {
  const CapturedOutput output;
  LineWriter writer{output.descriptor()};
  EXPECT_TRUE(writer.write("one\n"));
  EXPECT_TRUE(writer.write(line_of_letters(200'000)));
  EXPECT_EQ(output.text().size(), 200'005U);
}

TEST(LineWriter, StuckReader_IsGivenUpAndTriedAgain) {
  Pipe pipe;
  LineWriter writer{pipe.writer(), milliseconds{1}};
  const std::string line = line_of_letters(1000);
  int written = 0;
  while (writer.write(line)) ASSERT_LT(++written, 1000);
  EXPECT_FALSE(writer.write(line));
  pipe.drain();
  EXPECT_TRUE(writer.write("back\n"));
  EXPECT_TRUE(pipe.drain().ends_with("back\n"));
}

TEST(LineWriter, LineCutByAStuckReader_DoesNotSwallowTheNext) {
  Pipe pipe;
  LineWriter writer{pipe.writer(), milliseconds{1}};
  EXPECT_FALSE(writer.write(line_of_letters(1 << 20)));
  EXPECT_FALSE(pipe.drain().ends_with('\n'));
  EXPECT_TRUE(writer.write("next\n"));
  EXPECT_EQ(pipe.drain(), "\nnext\n");
}

TEST(LineWriter, ClosedReader_IsAFailureAndNoSignal) {
  Pipe pipe;
  pipe.close_reader();
  LineWriter writer{pipe.writer()};
  bool written = true;
  std::thread{[&] {
    block_signals();
    written = writer.write("lost\n");
  }}.join();
  EXPECT_FALSE(written);
}

TEST(LineWriter, DescriptorThatIsNone_IsAFailure) {
  LineWriter writer{-1, milliseconds{1}};
  EXPECT_FALSE(writer.write("lost\n"));
}

}  // namespace
}  // namespace gatehouse::telemetry::testing
