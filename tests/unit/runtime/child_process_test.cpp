#include "runtime/child_process.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>

namespace gatehouse::runtime {
namespace {

class ChildProcessTest : public ::testing::Test {
 protected:
  /// What the command writes to its standard output.
  std::string output_of(ChildCommand command) {
    Pipe ends = make_pipe();
    command.output = ends.write.get();
    auto child = ChildProcess::start(command);
    ends.write.close();
    std::string text;
    EXPECT_TRUE(read_to_end(ends.read, stopping_, [&text](std::string_view bytes) {
      text += bytes;
      return true;
    }));
    EXPECT_EQ(child->wait(stopping_), 0);
    return text;
  }

  std::atomic<bool> stopping_ = false;
};

TEST_F(ChildProcessTest, Start_ProgramWithArguments_GetsThemAsTheyAre) {
  EXPECT_EQ(output_of({.words = {"printf", "%s|", "two words", "$HOME"}}), "two words|$HOME|");
}

TEST_F(ChildProcessTest, Start_SettingsOfThisProcess_AreNoneOfTheChilds) {
  ::setenv("SESSION_SECRET", "secret of the service", 1);
  const std::string text = output_of({.words = {"env"}});
  ::unsetenv("SESSION_SECRET");
  EXPECT_EQ(text.find("SESSION_SECRET"), std::string::npos);
  EXPECT_NE(text.find("PATH="), std::string::npos);
}

TEST_F(ChildProcessTest, Start_Environment_IsAdded) {
  ChildCommand command{.words = {"env"}};
  command.environment.emplace_back("GATEHOUSE_CHILD=secret");
  const std::string text = output_of(std::move(command));
  EXPECT_NE(text.find("GATEHOUSE_CHILD=secret\n"), std::string::npos);
  EXPECT_NE(text.find("PATH="), std::string::npos);
}

TEST_F(ChildProcessTest, Start_NoInput_ReadsNothing) { EXPECT_EQ(output_of({.words = {"cat"}}), ""); }

TEST_F(ChildProcessTest, Start_UnknownProgram_IsNotFound) {
  const auto child = ChildProcess::start({.words = {"gatehouse-no-such-program"}});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error(), std::errc::no_such_file_or_directory);
}

TEST_F(ChildProcessTest, Wait_ProgramThatFails_GivesItsExitCode) {
  auto child = ChildProcess::start({.words = {"false"}});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->wait(stopping_), 1);
}

TEST_F(ChildProcessTest, Wait_WhileStopping_EndsTheProgram) {
  Pipe ends = make_pipe();
  auto child = ChildProcess::start({.words = {"cat"}, .input = ends.read.get()});
  ASSERT_TRUE(child);
  stopping_ = true;
  EXPECT_EQ(child->wait(stopping_), 128 + SIGTERM);
}

TEST_F(ChildProcessTest, Wait_WhileStopping_KillsAProgramThatTakesNoHint) {
  Pipe ends = make_pipe();
  auto child = ChildProcess::start(
      {.words = {"sh", "-c", "trap '' TERM; echo deaf; exec sleep 600"}, .output = ends.write.get()});
  ASSERT_TRUE(child);
  EXPECT_FALSE(read_to_end(ends.read, stopping_, [](std::string_view) { return false; })) << "it is deaf by now";
  stopping_ = true;
  EXPECT_EQ(child->wait(stopping_, std::chrono::milliseconds{50}), 128 + SIGKILL);
}

TEST_F(ChildProcessTest, ReadToEnd_TakerWantsNoMore_Ends) {
  Pipe ends = make_pipe();
  auto child = ChildProcess::start({.words = {"yes"}, .output = ends.write.get()});
  ASSERT_TRUE(child);
  EXPECT_FALSE(read_to_end(ends.read, stopping_, [](std::string_view) { return false; }));
}

}  // namespace
}  // namespace gatehouse::runtime
