#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "cli/program.hpp"
#include "service/process.hpp"
#include "service/settings.hpp"
#include "support/backend.hpp"
#include "support/manual_clock.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A provider that another object owns.
class BorrowedProvider final : public database::Provider {
 public:
  explicit BorrowedProvider(database::Provider& provider) : provider_(provider) {}
  std::unique_ptr<database::Database> open(boost::asio::io_context& io, unsigned sharers) override {
    return provider_.open(io, sharers);
  }
  std::unique_ptr<database::SchemaDatabase> open_schema(boost::asio::io_context& io) override {
    return provider_.open_schema(io);
  }
  std::unique_ptr<database::BulkDatabase> open_bulk(boost::asio::io_context& io) override {
    return provider_.open_bulk(io);
  }
  std::unique_ptr<database::ChangeFeed> watch(boost::asio::io_context& io) override { return provider_.watch(io); }
  database::Load load() const override { return provider_.load(); }

 private:
  database::Provider& provider_;
};

/// The command line on an empty database, with an outside world that the test controls.
class CommandTest : public ::testing::Test {
 protected:
  explicit CommandTest(
      std::unique_ptr<gatehouse::testing::Backend> backend = gatehouse::testing::sqlite_backend().make())
      : backend_(std::move(backend)) {}

  int run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"gatehouse", "--env-file", "/dev/null"});
    out_.str("");
    err_.str("");
    return cli::run(
        static_cast<int>(arguments.size()), arguments.data(),
        {.build = {.version = "1.2.3", .commit = "0123456789ab"},
         .environment = environment_,
         .migrations = embedded_migrations(),
         .seeds = embedded_seeds(),
         .openapi = "openapi: 3.1.0\n",
         .clock = clock_,
         .random = random_,
         .open_provider =
             [this](const service::Settings&, const database::DriverLog&) {
               return std::make_unique<BorrowedProvider>(backend_->provider());
             },
         .open_backups = {},
         .serve = [this](const service::ServeParts& parts) { return served_port_ = *parts.settings.server.port, 7; },
         .in = in_,
         .is_interactive = is_interactive_,
         .out = out_,
         .err = err_});
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

  void make_production() {
    environment_["APP_ENV"] = "production";
    for (const char* name : {"API_KEY", "JWT_SECRET", "SESSION_SECRET"}) {
      environment_[name] = config::generate_secret(random_);
    }
  }

  std::map<std::string, std::string, std::less<>> environment_{{"APP_ENV", "test"}};
  int served_port_ = -1;
  bool is_interactive_ = false;
  std::istringstream in_;
  gatehouse::testing::ManualClock clock_;

 private:
  std::unique_ptr<gatehouse::testing::Backend> backend_;
  crypto::SystemRandom random_;
  std::ostringstream out_;
  std::ostringstream err_;
};

/// The same on PostgreSQL. Skipped if no server was given.
class PostgresCommandTest : public CommandTest {
 protected:
  PostgresCommandTest() : CommandTest(make_backend()) { environment_["DB_HOST"] = "the.tests.own"; }
  void SetUp() override {
    if (!gatehouse::testing::postgres_backend()) GTEST_SKIP() << "GATEHOUSE_TEST_POSTGRES is not set";
  }

 private:
  static std::unique_ptr<gatehouse::testing::Backend> make_backend() {
    const auto factory = gatehouse::testing::postgres_backend();
    return factory ? factory->make() : nullptr;
  }
};

TEST_F(CommandTest, Serve_IsGivenTheSettingsAndItsExitCodePasses) {
  environment_["PORT"] = "1234";
  environment_["LOG_LEVEL"] = "off";
  EXPECT_EQ(run({}), 7);
  EXPECT_EQ(served_port_, 1234);
}

TEST_F(CommandTest, MistakesInSettings_StopEveryCommandThatNeedsThem) {
  environment_["PORT"] = "x";
  for (const auto& arguments : {std::vector<const char*>{}, {"migrate", "latest"}, {"seed", "run"}}) {
    EXPECT_EQ(run(arguments), exit_settings);
    EXPECT_THAT(err(), HasSubstr("PORT: must be a number"));
  }
  EXPECT_EQ(served_port_, -1);
}

TEST_F(CommandTest, EnvFileThatIsNone_IsRefused) {
  EXPECT_EQ(run({"--env-file", "/nonexistent/.env", "doctor"}), exit_usage);
}

TEST_F(CommandTest, Migrations_GoUpAndDownAndShowTheirState) {
  EXPECT_EQ(run({"migrate", "status"}), exit_failure);
  EXPECT_THAT(out(), HasSubstr("pending"));
  EXPECT_EQ(run({"migrate", "latest"}), exit_success) << err();
  EXPECT_THAT(out(), HasSubstr("20250711_001_create_users_table"));
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(out(), "The schema is up to date\n");
  EXPECT_EQ(run({"migrate", "status"}), exit_success);
  EXPECT_EQ(run({"migrate", "rollback", "--yes"}), exit_success);
  EXPECT_EQ(run({"migrate", "rollback", "--yes"}), exit_success);
  EXPECT_EQ(out(), "There is nothing to roll back\n");
}

TEST_F(CommandTest, RollbackToAnUnknownName_IsRefused) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(run({"migrate", "rollback", "--yes", "--to", "nothing_like_it"}), exit_failure);
  EXPECT_THAT(err(), HasSubstr("nothing_like_it"));
}

TEST_F(CommandTest, RollbackToTheBeginningOfSeveralNames_ListsThem) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(run({"migrate", "rollback", "--yes", "--to", "202507"}), exit_failure);
  EXPECT_EQ(err(),
            "202507 could be any of: 20250711_001_create_users_table, 20250714_001_add_password_to_users, "
            "20250715_001_create_sessions_table; write more of the name\n");
  EXPECT_EQ(run({"migrate", "rollback", "--yes", "--to", "20250715"}), exit_success) << err();
}

TEST_F(CommandTest, RollbackTo_TakesBackWhatCameAfter) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(run({"migrate", "rollback", "--yes", "--to", "express"}), exit_success) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("Rolled back"), Not(HasSubstr("20250711_001"))));
}

TEST_F(CommandTest, Make_WritesIntoTheDirectoryThatIsNamed) {
  const gatehouse::testing::TemporaryDirectory folder;
  const std::string directory = folder.path() / "new";
  EXPECT_EQ(run({"seed", "make", "more", "--directory", directory.c_str()}), exit_success) << err();
  EXPECT_TRUE(std::filesystem::exists(directory + "/more.json"));
  EXPECT_EQ(run({"migrate", "make", "add_x", "--directory", directory.c_str()}), exit_success) << err();
  EXPECT_THAT(out(), HasSubstr("Created " + directory));
}

TEST_F(CommandTest, SeedRunWithFiles_PlantsTheirUsersAndNotTheBuiltInOnes) {
  const gatehouse::testing::TemporaryDirectory folder;
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  for (const char* name : {"one", "two"}) {
    EXPECT_EQ(run({"seed", "make", name, "--directory", folder.path().c_str()}), exit_success);
  }
  const std::string one = folder.path() / "one.json";
  const std::string two = folder.path() / "two.json";
  EXPECT_EQ(run({"seed", "run", one.c_str(), two.c_str()}), exit_success) << err();
  EXPECT_EQ(out(), "Created 1 user, 1 already existed\n");
}

TEST_F(CommandTest, Seeds_AreAddedOnce) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(run({"seed", "run"}), exit_success) << err();
  EXPECT_EQ(out(), "Created 3 users, 0 already existed\n");
  EXPECT_EQ(run({"seed", "run"}), exit_success);
  EXPECT_EQ(out(), "Created 0 users, 3 already existed\n");
}

TEST_F(CommandTest, SeedFileThatIsNone_IsRefused) {
  EXPECT_EQ(run({"seed", "run", "/nonexistent.json"}), exit_failure);
  EXPECT_THAT(err(), HasSubstr("/nonexistent.json cannot be read"));
}

TEST_F(CommandTest, Reset_LeavesOnlyTheSeeds) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(run({"seed", "run"}), exit_success);
  EXPECT_EQ(run({"db", "reset", "--yes"}), exit_success) << err();
  EXPECT_THAT(out(), HasSubstr("Created 3 users, 0 already existed"));
}

TEST_F(CommandTest, SeedsAndReset_AreRefusedInProduction) {
  make_production();
  for (const auto& arguments : {std::vector<const char*>{"seed", "run"}, {"db", "reset"}}) {
    EXPECT_EQ(run(arguments), exit_failure);
    EXPECT_THAT(err(), HasSubstr("Refused in production"));
  }
}

TEST_F(CommandTest, RollbackWithoutATarget_IsRefusedInProduction) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  make_production();
  EXPECT_EQ(run({"migrate", "rollback", "--yes"}), exit_failure);
  EXPECT_THAT(err(), HasSubstr("--to NAME"));
  EXPECT_EQ(run({"migrate", "status"}), exit_success);
}

TEST_F(CommandTest, Upkeep_SaysHowMuchItDid) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(run({"sessions", "cleanup"}), exit_success) << err();
  EXPECT_EQ(out(), "Deleted 0 expired sessions\n");
  EXPECT_EQ(run({"users", "forget-express-passwords", "--yes"}), exit_success) << err();
  EXPECT_EQ(out(), "Deleted 0 kept password hashes of the Express service\n");
}

TEST_F(CommandTest, IrreversibleCommands_AskWhoTypesAndDoNothingWithoutAYes) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  is_interactive_ = true;
  for (const char* answer : {"", "\n", "n\n", "maybe\n"}) {
    in_ = std::istringstream{answer};
    EXPECT_EQ(run({"migrate", "rollback"}), exit_failure) << answer;
    EXPECT_THAT(err(), AllOf(HasSubstr("Continue? [y/N] "), HasSubstr("Nothing was done"))) << answer;
  }
  EXPECT_EQ(run({"migrate", "status"}), exit_success);
  in_ = std::istringstream{"Yes\n"};
  EXPECT_EQ(run({"migrate", "rollback"}), exit_success) << err();
  EXPECT_EQ(run({"migrate", "status"}), exit_failure);
}

TEST_F(CommandTest, IrreversibleCommands_WithoutATerminalAndWithoutYes_Refuse) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  in_ = std::istringstream{"y\n"};
  for (const auto& arguments :
       {std::vector<const char*>{"migrate", "rollback"}, {"db", "reset"}, {"users", "forget-express-passwords"}}) {
    EXPECT_EQ(run(arguments), exit_failure);
    EXPECT_THAT(err(), HasSubstr("Nothing was done; add --yes to do it\n"));
  }
  EXPECT_EQ(run({"migrate", "status"}), exit_success);
}

TEST_F(CommandTest, PasswordThatIsTypedTwoWays_CreatesNobody) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  is_interactive_ = true;
  in_ = std::istringstream{"the first one\nthe second one\n"};
  const std::vector<const char*> create{"users", "create",      "ada@example.com", "--first-name",
                                        "Ada",   "--last-name", "Lovelace"};
  EXPECT_EQ(run(create), exit_failure);
  EXPECT_THAT(err(), HasSubstr("The passwords do not match"));
  in_ = std::istringstream{"the first one\nthe first one\n"};
  EXPECT_EQ(run(create), exit_success) << err();
  EXPECT_THAT(out(), HasSubstr("1  ada@example.com  Ada Lovelace  created "));
}

TEST_F(CommandTest, MissingSchema_IsAFailureWithAHint) {
  EXPECT_EQ(run({"users", "forget-express-passwords", "--yes"}), exit_failure);
  EXPECT_THAT(err(), HasSubstr("gatehouse migrate status"));
}

TEST_F(CommandTest, GeneratedSecrets_StartProduction) {
  EXPECT_EQ(run({"secrets", "generate"}), exit_success);
  config::Sources sources{{{"APP_ENV", "production"}}, out()};
  crypto::SystemRandom random;
  EXPECT_TRUE(service::load_settings(sources, random));
}

TEST_F(CommandTest, Routes_AreListed) {
  environment_["PORT"] = "x";
  EXPECT_EQ(run({"routes"}), exit_success);
  EXPECT_THAT(out(), HasSubstr("POST /user-auth\n"));
}

TEST_F(CommandTest, Doctor_MistakesInSettings_ShowsTheSettingsAndEveryMistake) {
  environment_["PORT"] = "x";
  environment_["HOST"] = "nowhere";
  EXPECT_EQ(run({"doctor"}), exit_failure);
  for (const char* finding :
       {"LOG_LEVEL   ", "WRONG  settings: PORT: must be a number", "WRONG  settings: HOST: must be"}) {
    EXPECT_THAT(out(), HasSubstr(finding));
  }
}

TEST_F(CommandTest, Doctor_DatabaseFileIsMissing_SaysSoAndMakesNone) {
  environment_["SQLITE_PATH"] = "/nonexistent/gatehouse.db";
  EXPECT_EQ(run({"doctor"}), exit_failure);
  EXPECT_THAT(out(), HasSubstr("WRONG  database: /nonexistent/gatehouse.db does not exist"));
}

TEST_F(CommandTest, Doctor_FindsAPendingSchemaWrongAndACurrentOneFine) {
  environment_["SQLITE_PATH"] = "/dev/null";  // it exists; what is opened is the test's own database
  EXPECT_EQ(run({"doctor"}), exit_failure);
  EXPECT_THAT(out(), HasSubstr("WRONG  schema"));
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(run({"doctor"}), exit_success) << out();
  for (const char* finding : {"ok     schema: up to date", "ok     database: SQLite 3", "ok     kept passwords"}) {
    EXPECT_THAT(out(), HasSubstr(finding));
  }
}

TEST_F(CommandTest, Doctor_AsJson_HasTheSameFindingsUnderStableNames) {
  environment_["SQLITE_PATH"] = "/dev/null";
  EXPECT_EQ(run({"doctor", "--json"}), exit_failure);
  EXPECT_THAT(out(), HasSubstr(R"({"healthy":false,"findings":[{"check":"settings","verdict":)"));
  EXPECT_THAT(out(), HasSubstr(R"({"check":"schema","verdict":"wrong","text":)"));
  EXPECT_EQ(run({"migrate", "latest"}), exit_success);
  EXPECT_EQ(run({"doctor", "--json"}), exit_success) << out();
  EXPECT_THAT(out(), HasSubstr(R"({"check":"kept_passwords","verdict":"ok","text":)"));
}

TEST_F(CommandTest, Doctor_AsJson_MistakesInSettings_AreFindingsToo) {
  environment_["PORT"] = "x";
  EXPECT_EQ(run({"doctor", "--json"}), exit_failure);
  EXPECT_THAT(out(), HasSubstr(R"("verdict":"wrong","text":"PORT: must be a number)"));
  EXPECT_THAT(out(), HasSubstr(R"({"name":"PORT","value":)"));
}

TEST_F(PostgresCommandTest, Doctor_ClocksOfBothMachinesDiffer_SaysSo) {
  EXPECT_EQ(run({"migrate", "latest"}), exit_success) << err();
  clock_.set(SystemClock{}.now() - std::chrono::seconds{1'000'000});
  EXPECT_EQ(run({"doctor"}), exit_failure);
  EXPECT_THAT(out(), HasSubstr("WRONG  clocks: the clocks of the database and of this machine are 1000"));
  clock_.set(SystemClock{}.now());
  EXPECT_EQ(run({"doctor"}), exit_success) << out();
  EXPECT_THAT(out(), HasSubstr("ok     clocks: the clocks of the database and of this machine are "));
}

TEST_F(CommandTest, Doctor_ShowsEverySettingAndNoSecret) {
  environment_["API_KEY"] = environment_["JWT_SECRET"] = environment_["SESSION_SECRET"] = "canary";
  environment_["DB_PASSWORD"] = "canary";
  environment_["GATEHOUSE_PORT"] = "1234";
  EXPECT_NE(run({"doctor"}), exit_usage);
  for (const config::Setting* setting : service::catalog()) EXPECT_THAT(out(), HasSubstr(std::string{setting->name}));
  EXPECT_THAT(out(), HasSubstr("environment (GATEHOUSE_PORT), default 8000"));
  EXPECT_THAT(out() + err(), Not(HasSubstr("canary")));
}

TEST_F(CommandTest, Settings_AreListedInThreeFormsWithoutReadingThem) {
  environment_["PORT"] = "x";
  EXPECT_EQ(run({"settings"}), exit_success);
  EXPECT_THAT(out(), HasSubstr("\n  PORT                         8000"));
  EXPECT_EQ(run({"settings", "--markdown"}), exit_success);
  EXPECT_THAT(out(), HasSubstr("\n| `PORT` | `8000` | The port to listen on; 0 picks a free one; off means none and "
                               "needs LISTEN_UNIX. |\n"));
  EXPECT_EQ(run({"settings", "--env"}), exit_success);
  EXPECT_THAT(
      out(),
      HasSubstr("\n# The port to listen on; 0 picks a free one; off means none and needs LISTEN_UNIX.\n# PORT=8000\n"));
  EXPECT_EQ(run({"settings", "--env", "--markdown"}), exit_usage);
}

TEST_F(CommandTest, SeedMake_WritesAFileOnceAndRefusesOddNames) {
  const std::filesystem::path directory =
      std::filesystem::path{::testing::TempDir()} / ("gatehouse_seed_make_" + std::to_string(::getpid()));
  const std::string path = directory.string();
  EXPECT_EQ(run({"seed", "make", "more_users", "--directory", path.c_str()}), exit_success) << err();
  EXPECT_TRUE(std::filesystem::exists(directory / "more_users.json"));
  EXPECT_EQ(run({"seed", "make", "more_users", "--directory", path.c_str()}), exit_failure);
  for (const char* name : {"../escape", "a/b", "UPPER", "with space"}) {
    EXPECT_EQ(run({"seed", "make", name, "--directory", path.c_str()}), exit_failure) << name;
  }
  EXPECT_EQ(run({"migrate", "make", "../escape", "--directory", path.c_str()}), exit_failure);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace gatehouse::cli
