#include "cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"

namespace gatehouse::cli {
namespace {

using ::testing::HasSubstr;

std::variant<CommandLine, CommandLineEnd> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "gatehouse");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
}

template <class Expected>
Expected command_of(const std::vector<const char*>& arguments) {
  const auto parsed = parse(arguments);
  const auto* line = std::get_if<CommandLine>(&parsed);
  if (line == nullptr || !std::holds_alternative<Expected>(line->command)) {
    ADD_FAILURE() << "another command";
    return {};
  }
  return std::get<Expected>(line->command);
}

CommandLineEnd end_of(const std::vector<const char*>& arguments) {
  const auto parsed = parse(arguments);
  const auto* end = std::get_if<CommandLineEnd>(&parsed);
  EXPECT_NE(end, nullptr);
  return end == nullptr ? CommandLineEnd{-1, ""} : *end;
}

TEST(CommandLine, Nothing_Serves) {
  command_of<ServeCommand>({});
  command_of<ServeCommand>({"serve"});
}
TEST(CommandLine, EachCommand_IsItself) {
  command_of<RoutesCommand>({"routes"});
  command_of<MigrateLatestCommand>({"migrate", "latest"});
  command_of<MigrateStatusCommand>({"migrate", "status"});
  command_of<DatabaseResetCommand>({"db", "reset"});
  command_of<SessionsCleanupCommand>({"sessions", "cleanup"});
  command_of<ForgetExpressPasswordsCommand>({"users", "forget-express-passwords"});
  command_of<SecretsGenerateCommand>({"secrets", "generate"});
  command_of<DoctorCommand>({"doctor"});
}
TEST(CommandLine, Rollback_TakesATarget) {
  EXPECT_EQ(command_of<MigrateRollbackCommand>({"migrate", "rollback"}).to, std::nullopt);
  EXPECT_EQ(command_of<MigrateRollbackCommand>({"migrate", "rollback", "--to", "express"}).to, "express");
}
TEST(CommandLine, RollbackToAnEmptyName_IsNotTheLastBatchButAUsageError) {
  for (const auto& arguments :
       {std::vector<const char*>{"migrate", "rollback", "--to", ""}, {"migrate", "rollback", "--to="}}) {
    const CommandLineEnd end = end_of(arguments);
    EXPECT_EQ(end.exit_code, exit_usage);
    EXPECT_THAT(end.text, HasSubstr("--to"));
  }
}
TEST(CommandLine, RollbacksHelp_SaysThatTheBeginningOfANameWillDo) {
  EXPECT_THAT(end_of({"migrate", "rollback", "--help"}).text, HasSubstr("beginning"));
}
TEST(CommandLine, Make_TakesANameAndADirectory) {
  EXPECT_EQ(command_of<MigrateMakeCommand>({"migrate", "make", "add_x"}).directory, "migrations");
  EXPECT_EQ(command_of<SeedMakeCommand>({"seed", "make", "more", "--directory", "d"}).directory, "d");
  EXPECT_EQ(command_of<SeedMakeCommand>({"seed", "make", "more"}).name, "more");
}
TEST(CommandLine, SeedRun_TakesFiles) {
  EXPECT_TRUE(command_of<SeedRunCommand>({"seed", "run"}).files.empty());
  EXPECT_EQ(command_of<SeedRunCommand>({"seed", "run", "a.json", "b.json"}).files.size(), 2U);
}
TEST(CommandLine, EnvFile_MayStandBeforeOrAfterTheCommand) {
  for (const auto& arguments : {std::vector<const char*>{"--env-file", "x", "doctor"}, {"doctor", "--env-file", "x"}})
    EXPECT_EQ(std::get<CommandLine>(parse(arguments)).env_file, "x");
  EXPECT_EQ(std::get<CommandLine>(parse({"doctor"})).env_file, std::nullopt);
}
TEST(CommandLine, HelpAndVersion_AreAnswersOfSuccess) {
  EXPECT_EQ(end_of({"--version"}).text, "gatehouse 1.2.3\n");
  EXPECT_EQ(end_of({"--version"}).exit_code, exit_success);
  EXPECT_EQ(end_of({"--help"}).exit_code, exit_success);
  for (const char* command : {"serve", "routes", "migrate", "seed", "db", "sessions", "users", "secrets", "doctor"}) {
    EXPECT_THAT(end_of({"--help"}).text, HasSubstr(command));
    EXPECT_EQ(end_of({command, "--help"}).exit_code, exit_success) << command;
  }
}
TEST(CommandLine, AnythingElse_IsAUsageErrorWithAText) {
  for (const auto& arguments : {std::vector<const char*>{"nonsense"},
                                {"migrate"},
                                {"migrate", "sideways"},
                                {"migrate", "make"},
                                {"serve", "--nonsense"},
                                {"seed"},
                                {"db"},
                                {"users"},
                                {"sessions"},
                                {"secrets"},
                                {"doctor", "extra"},
                                {"doctor", "routes"}}) {
    const CommandLineEnd end = end_of(arguments);
    EXPECT_EQ(end.exit_code, exit_usage) << arguments.front();
    EXPECT_FALSE(end.text.empty()) << arguments.front();
  }
}

}  // namespace
}  // namespace gatehouse::cli
