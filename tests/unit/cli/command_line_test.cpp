#include "cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cli/program.hpp"

namespace gatehouse::cli {
namespace {

using ::testing::HasSubstr;

std::variant<CommandLine, CommandLineEnd> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "gatehouse");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
}

/// The full name of the command that was chosen.
std::string command_of(const std::vector<const char*>& arguments) {
  const auto parsed = parse(arguments);
  const auto* line = std::get_if<CommandLine>(&parsed);
  return line == nullptr ? std::get<CommandLineEnd>(parsed).text : line->command.name;
}

CommandLineEnd end_of(const std::vector<const char*>& arguments) {
  const auto parsed = parse(arguments);
  const auto* end = std::get_if<CommandLineEnd>(&parsed);
  EXPECT_NE(end, nullptr);
  return end == nullptr ? CommandLineEnd{-1, ""} : *end;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST(CommandLine, Nothing_Serves) {
  EXPECT_EQ(command_of({}), "serve");
  EXPECT_EQ(command_of({"--env-file", "x"}), "serve");
  EXPECT_EQ(command_of({"serve"}), "serve");
}

TEST(CommandLine, EachCommand_IsItself) {
  EXPECT_EQ(command_of({"routes"}), "routes");
  EXPECT_EQ(command_of({"migrate", "latest"}), "migrate latest");
  EXPECT_EQ(command_of({"migrate", "rollback", "--to", "express"}), "migrate rollback");
  EXPECT_EQ(command_of({"migrate", "status"}), "migrate status");
  EXPECT_EQ(command_of({"migrate", "plan", "--json"}), "migrate plan");
  EXPECT_EQ(command_of({"migrate", "make", "add_x"}), "migrate make");
  EXPECT_EQ(command_of({"seed", "run", "a.json", "b.json"}), "seed run");
  EXPECT_EQ(command_of({"seed", "make", "more"}), "seed make");
  EXPECT_EQ(command_of({"db", "reset"}), "db reset");
  EXPECT_EQ(command_of({"sessions", "cleanup"}), "sessions cleanup");
  EXPECT_EQ(command_of({"sessions", "list", "7"}), "sessions list");
  EXPECT_EQ(command_of({"users", "list", "--json"}), "users list");
  EXPECT_EQ(command_of({"users", "show", "ada@example.com"}), "users show");
  EXPECT_EQ(command_of({"users", "disable", "7"}), "users disable");
  EXPECT_EQ(command_of({"users", "enable", "7"}), "users enable");
  EXPECT_EQ(command_of({"users", "forget-express-passwords"}), "users forget-express-passwords");
  EXPECT_EQ(command_of({"users", "require-password-change", "7"}), "users require-password-change");
  EXPECT_EQ(command_of({"users", "delete", "7", "--yes"}), "users delete");
  EXPECT_EQ(command_of({"secrets", "generate"}), "secrets generate");
  EXPECT_EQ(command_of({"doctor"}), "doctor");
}

TEST(CommandLine, EachCommandOnUsersSessionsAndKeys_PrintsJsonIfAskedTo) {
  for (const auto& [group, commands] : std::map<std::string, std::vector<std::string>>{
           {"users",
            {"list", "show", "create", "disable", "enable", "unlock", "require-password-change", "delete",
             "forget-express-passwords", "export", "import"}},
           {"sessions", {"list", "cleanup"}},
           {"keys", {"create", "list", "rotate", "revoke"}}}) {
    EXPECT_THAT(end_of({group.c_str()}).text, HasSubstr("Commands: " + joined(commands))) << "none is missing here";
    for (const std::string& command : commands) {
      EXPECT_THAT(end_of({"help", group.c_str(), command.c_str()}).text, HasSubstr("--json")) << command;
    }
  }
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

TEST(CommandLine, EnvFile_MayStandBeforeOrAfterTheCommand) {
  for (const auto& arguments : {std::vector<const char*>{"--env-file", "x", "doctor"}, {"doctor", "--env-file", "x"}}) {
    EXPECT_EQ(std::get<CommandLine>(parse(arguments)).env_file, "x");
  }
  EXPECT_EQ(std::get<CommandLine>(parse({"doctor"})).env_file, std::nullopt);
}

TEST(CommandLine, EachAction_SaysWhatItMustBeGiven) {
  const auto given = [](const std::vector<const char*>& arguments) {
    return std::get<CommandLine>(parse(arguments)).command.action.index();
  };
  constexpr std::size_t nothing = 0;
  constexpr std::size_t sources = 1;
  constexpr std::size_t settings = 2;
  EXPECT_EQ(given({"routes"}), nothing);
  EXPECT_EQ(given({"migrate", "make", "add_x"}), nothing);
  EXPECT_EQ(given({"doctor"}), sources);
  EXPECT_EQ(given({}), settings);
  EXPECT_EQ(given({"migrate", "rollback"}), settings);
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

TEST(CommandLine, HelpAndVersionAsCommands_AreTheOptions) {
  EXPECT_EQ(end_of({"help"}).text, end_of({"--help"}).text);
  EXPECT_EQ(end_of({"help", "migrate"}).text, end_of({"migrate", "--help"}).text);
  EXPECT_EQ(end_of({"help", "migrate", "rollback"}).text, end_of({"migrate", "rollback", "--help"}).text);
  EXPECT_EQ(end_of({"version"}).text, "gatehouse 1.2.3\n");
  EXPECT_EQ(end_of({"--env-file", "x", "version"}).text, "gatehouse 1.2.3\n");
  EXPECT_EQ(end_of({"--env-file=x", "help", "users"}).text, end_of({"users", "--help"}).text);
  for (const char* word : {"help", "version"}) EXPECT_EQ(end_of({word}).exit_code, exit_success) << word;
  EXPECT_EQ(end_of({"help", "nonsense"}).exit_code, exit_usage);
}

TEST(CommandLine, UnknownCommand_IsNamedWithTheNearestAndAllOthers) {
  EXPECT_EQ(end_of({"migrate", "lastest"}).text,
            "gatehouse migrate: unknown command 'lastest'; did you mean 'latest'?\n"
            "Commands: latest plan rollback status make\n"
            "Run `gatehouse help` to see what they do.\n");
  const std::string sesions = end_of({"--env-file", "x", "sesions", "--json"}).text;
  EXPECT_THAT(sesions, HasSubstr("gatehouse: unknown command 'sesions'; did you mean 'sessions'?\nCommands: serve "));
  EXPECT_THAT(end_of({"nonsense"}).text, HasSubstr("gatehouse: unknown command 'nonsense'\nCommands: serve "));
  EXPECT_THAT(end_of({"users"}).text, HasSubstr("gatehouse users: a command is missing\nCommands: list "));
  EXPECT_THAT(end_of({"serve", "--nonsense"}).text, HasSubstr("--nonsense"));
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
