#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/names.hpp"
#include "support/test_keys.hpp"
#include "unit/service/settings_loading.hpp"

namespace gatehouse::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A file that lives as long as the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text) { std::ofstream{path_, std::ios::binary} << text; }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] std::string path() const { return path_; }

 private:
  std::string path_ = ::testing::TempDir() + "gatehouse_config_" + std::to_string(::getpid()) + "_" +
                      ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

constexpr std::string_view express_dotenv = R"(# Application Environment
NODE_ENV=development
PORT=8000
# Database Configuration
DB_HOST=postgres
DB_PORT=5432
DB_NAME=nodejs_app
DB_USER=postgres
DB_PASSWORD=postgres
# Security Configuration
API_KEY=your-secure-api-key-here
JWT_SECRET=your-jwt-secret-key-change-in-production
SESSION_SECRET=your-session-secret-key-change-in-production
# CORS Configuration
ALLOWED_ORIGINS=http://localhost:3000,http://localhost:3001
# Documentation
DOCS_PORT=8001
ADMINER_PORT=8002
DOMAIN=localhost
)";

TEST(LoadSettings, DotenvOfTheExpressService_WorksUnchangedInDevelopment) {
  const Loaded loaded = load_well({{}, std::string{express_dotenv}});
  const Settings& settings = loaded.settings;
  EXPECT_EQ(settings.application.environment, config::Environment::development);
  EXPECT_EQ(settings.server.port, 8000);
  EXPECT_EQ(settings.database.kind, database::DatabaseKind::postgres);
  EXPECT_EQ(settings.database.postgres.host, "postgres");
  EXPECT_EQ(settings.database.postgres.password.reveal(), "postgres");
  EXPECT_EQ(settings.api.api_keys.at(0).reveal(), "your-secure-api-key-here");
  EXPECT_EQ(settings.api.allowed_origins.size(), 2U);
  EXPECT_THAT(all_of(loaded.reading.warnings), HasSubstr("API_KEY: is an example"));
  EXPECT_THAT(all_of(loaded.reading.warnings), Not(HasSubstr("DOCS_PORT")));
}

TEST(LoadSettings, DotenvOfTheExpressService_IsRefusedInProductionForEachSecret) {
  const std::string mistakes = mistakes_of({{{"NODE_ENV", "production"}}, std::string{express_dotenv}});
  for (const char* name : {"API_KEY: ", "JWT_SECRET: ", "SESSION_SECRET: "}) EXPECT_THAT(mistakes, HasSubstr(name));
}

TEST(LoadSettings, NothingGiven_IsDevelopmentOnSqliteWithGeneratedSecrets) {
  const Loaded loaded = load_well({});
  const Settings& settings = loaded.settings;
  EXPECT_EQ(settings.application.environment, config::Environment::development);
  EXPECT_EQ(settings.server.host, "127.0.0.1");
  EXPECT_EQ(settings.database.kind, database::DatabaseKind::sqlite);
  EXPECT_EQ(settings.api.api_keys.at(0).size(), 43U);
  EXPECT_FALSE(settings.api.api_keys[0].equals(settings.sessions.secrets.at(0).reveal()));
  EXPECT_FALSE(settings.tokens.secrets.at(0).equals(settings.sessions.secrets[0].reveal()));
  for (const char* name : {"API_KEY: is missing", "JWT_SECRET: is missing", "SESSION_SECRET: is missing"}) {
    EXPECT_THAT(all_of(loaded.reading.warnings), HasSubstr(name));
  }
}

TEST(LoadSettings, SoundProduction_LoadsWithoutWarning) {
  const Loaded loaded = load_well(production_sources());
  EXPECT_EQ(loaded.settings.application.environment, config::Environment::production);
  EXPECT_EQ(loaded.settings.server.host, "0.0.0.0");
  EXPECT_EQ(all_of(loaded.reading.warnings), "");
}

TEST(LoadSettings, EnvironmentNames_AppEnvWinsOverNodeEnv) {
  EXPECT_EQ(load_well({{{"NODE_ENV", "test"}}, {}}).settings.application.environment, config::Environment::test);
  EXPECT_EQ(load_well({{{"NODE_ENV", "production"}, {"APP_ENV", "test"}}, {}}).settings.application.environment,
            config::Environment::test);
}

TEST(LoadSettings, NodeEnvBesideAppEnv_IsNotRead) {
  EXPECT_EQ(load_well({{{"NODE_ENV", "staging"}, {"APP_ENV", "test"}}, {}}).settings.application.environment,
            config::Environment::test);
  EXPECT_THAT(mistakes_of({{{"NODE_ENV", "staging"}}, {}}), HasSubstr("NODE_ENV: must be one of"));
}

TEST(LoadSettings, EmptyAppEnv_LeavesItToNodeEnv) {
  EXPECT_EQ(load_well({{{"NODE_ENV", "test"}, {"APP_ENV", ""}}, {}}).settings.application.environment,
            config::Environment::test);
  EXPECT_THAT(mistakes_of({{{"NODE_ENV", "production"}, {"APP_ENV", ""}}, {}}), HasSubstr("API_KEY: is missing"));
}

TEST(LoadSettings, EnvironmentThatCannotBeRead_CountsAsProduction) {
  const std::string mistakes = mistakes_of({{{"APP_ENV", "prodution"}}, {}});
  EXPECT_THAT(mistakes, HasSubstr("APP_ENV: must be one of: development test production"));
  EXPECT_THAT(mistakes, HasSubstr("API_KEY: is missing"));
}

TEST(LoadSettings, SeveralPlaces_EnvironmentWinsThenThePrefix) {
  const std::string dotenv = "PORT=1\nGATEHOUSE_PORT=2\n";
  EXPECT_EQ(load_well({{}, "PORT=1\n"}).settings.server.port, 1);
  EXPECT_EQ(load_well({{}, dotenv}).settings.server.port, 2);
  EXPECT_EQ(load_well({{{"PORT", "3"}}, dotenv}).settings.server.port, 3);
  EXPECT_EQ(load_well({{{"PORT", "3"}, {"GATEHOUSE_PORT", "4"}}, dotenv}).settings.server.port, 4);
}

TEST(LoadSettings, EmptyValue_MeansTheDefaultAndHidesTheDotenv) {
  EXPECT_EQ(load_well({{{"PORT", ""}}, "PORT=9000\n"}).settings.server.port, 8000);
  EXPECT_EQ(load_well({{{"DB_HOST", ""}}, "DB_HOST=db\n"}).settings.database.kind, database::DatabaseKind::sqlite);
}

TEST(LoadSettings, SecretFiles_AreReadWithoutTheirLineEnd) {
  const TemporaryFile file{std::string{good_jwt_secret} + "\r\n"};
  Sources sources = production_sources();
  sources.environment.erase("JWT_SECRET");
  sources.environment["JWT_SECRET_FILE"] = file.path();
  EXPECT_EQ(load_well(sources).settings.tokens.secrets.at(0).reveal(), good_jwt_secret);
  sources.environment.erase("JWT_SECRET_FILE");
  sources.environment["GATEHOUSE_JWT_SECRET_FILE"] = file.path();
  EXPECT_EQ(load_well(sources).settings.tokens.secrets.at(0).reveal(), good_jwt_secret);
}

TEST(LoadSettings, SecretFileThatCannotBeRead_IsAMistake) {
  EXPECT_THAT(mistakes_of({{{"API_KEY_FILE", "/nonexistent/file"}}, {}}),
              HasSubstr("API_KEY_FILE: names a file that cannot be read (/nonexistent/file)"));
  EXPECT_THAT(mistakes_of({{{"API_KEY_FILE", ::testing::TempDir()}}, {}}),
              HasSubstr("API_KEY_FILE: names a file that cannot be read"));
}

TEST(LoadSettings, EmptySecretFile_IsAMistake) {
  const TemporaryFile file{"\n"};
  EXPECT_THAT(mistakes_of({{{"API_KEY_FILE", file.path()}}, {}}), HasSubstr("API_KEY_FILE: names an empty file"));
}

TEST(LoadSettings, OversizedSecretFile_IsAMistake) {
  const TemporaryFile file{std::string(70'000, 'x')};
  EXPECT_THAT(mistakes_of({{{"API_KEY_FILE", file.path()}}, {}}), HasSubstr("larger than 64 KiB"));
}

TEST(LoadSettings, SecretGivenAsItselfAndAsFile_IsAMistake) {
  const TemporaryFile file{good_api_key};
  Sources sources = production_sources();
  sources.environment["API_KEY_FILE"] = file.path();
  EXPECT_THAT(mistakes_of(sources), HasSubstr("API_KEY: is given twice, as itself and as API_KEY_FILE"));
}

TEST(LoadSettings, EverySecret_CanBeAFileAndNothingElse) {
  for (const config::Setting* setting : catalog()) {
    const std::string name = std::string{setting->name} + "_FILE";
    EXPECT_EQ(config::is_known_name(catalog(), name), setting->is_secret()) << name;
  }
}

TEST(LoadSettings, CommaSeparatedSecrets_AreAllKept) {
  Sources sources = production_sources();
  sources.environment["API_KEY"] = std::string{good_api_key} + ", n5Yb1Kv8Cx3Tq7Wd2Jm6Ps9Gf4Lz0RhE";
  EXPECT_EQ(load_well(sources).settings.api.api_keys.size(), 2U);
  EXPECT_EQ(load_well(sources).settings.api.api_keys.at(1).reveal(), "n5Yb1Kv8Cx3Tq7Wd2Jm6Ps9Gf4Lz0RhE");
}

TEST(LoadSettings, PrivateKey_ReplacesTheTokenSecret) {
  Sources sources = production_sources();
  sources.environment.erase("JWT_SECRET");
  EXPECT_THAT(mistakes_of(sources), HasSubstr("JWT_SECRET: is missing"));
  const std::string pem = gatehouse::testing::generate("ED25519").private_key;
  std::string& given = sources.environment["JWT_PRIVATE_KEY"];
  for (const char c : pem) given += c == '\n' ? std::string{"\\n"} : std::string{c};
  EXPECT_EQ(load_well(sources).settings.tokens.private_key_pem.reveal(), pem);
  sources.environment["JWT_PRIVATE_KEY"] = "AAAA";
  EXPECT_THAT(mistakes_of(sources), HasSubstr("JWT_PRIVATE_KEY: must be a private key in PEM form"));
}

TEST(LoadSettings, DatabaseUrl_WinsOverTheNames) {
  const Loaded loaded = load_well({{{"DATABASE_URL", "postgres://u:p@elsewhere/app"}, {"DB_HOST", "db"}}, {}});
  EXPECT_EQ(loaded.settings.database.postgres.host, "elsewhere");
  EXPECT_THAT(all_of(loaded.reading.warnings), HasSubstr("DB_HOST: is overridden by DATABASE_URL"));
}

TEST(LoadSettings, DatabaseHost_ChoosesPostgres) {
  EXPECT_EQ(load_well({{{"DB_HOST", "db"}}, {}}).settings.database.kind, database::DatabaseKind::postgres);
  EXPECT_EQ(load_well({{{"DB_NAME", "app"}}, {}}).settings.database.kind, database::DatabaseKind::postgres);
  EXPECT_EQ(load_well({{}, {}}).settings.database.kind, database::DatabaseKind::sqlite);
}

/// A setting of the resolved list as one text.
std::string line(const Loaded& loaded, std::string_view name) {
  const auto one =
      std::ranges::find(loaded.reading.resolved, name, [](const auto& each) { return each.setting->name; });
  return one->shown + " " + std::string{to_text(one->origin)} + " " + one->variable;
}

TEST(LoadSettings, UnreadableDotenv_IsAMistakeWithItsLine) {
  const std::string with_nul{"PORT=1\nA=\0\n", 11};
  EXPECT_THAT(mistakes_of({{}, with_nul}), HasSubstr(".env line 2: the file contains a NUL byte"));
}

TEST(LoadSettings, LineThatIsNoSetting_IsAWarningWithItsNumber) {
  const Loaded loaded = load_well({{}, "PORT=1\nnonsense\n"});
  EXPECT_EQ(loaded.settings.server.port, 1);
  EXPECT_EQ(all_of(loaded.reading.warnings).find("PORT"), std::string::npos);
  EXPECT_THAT(all_of(loaded.reading.warnings), HasSubstr(".env line 2: is not NAME=value"));
}

TEST(LoadSettings, LineThatComposeReadsOtherwise_IsAWarningWithItsNumber) {
  const std::string warnings =
      all_of(load_well({{}, "X=a#b\nHOST=`::1`\nGATEHOUSE_JWT_ISSUER=a#b\n"}).reading.warnings);
  EXPECT_THAT(warnings, HasSubstr("HOST: is in backticks in .env line 2"));
  EXPECT_THAT(warnings, HasSubstr("GATEHOUSE_JWT_ISSUER: has a # without a space before it in .env line 3"));
  EXPECT_EQ(warnings.find("line 1"), std::string::npos);
}

TEST(LoadSettings, SecretsThatDevServeMade_StandInForMissingOnesExceptInProduction) {
  Sources sources;
  sources.environment["API_KEY"] = good_api_key;
  sources.development_secrets =
      "API_KEY=" + std::string(40, 'x') + "\nSESSION_SECRET=" + std::string{good_jwt_secret} + "\nPORT=1\n";
  const Loaded loaded = load_well(sources);
  EXPECT_EQ(loaded.settings.api.api_keys.at(0).reveal(), good_api_key);
  EXPECT_EQ(loaded.settings.sessions.secrets.at(0).reveal(), good_jwt_secret);
  EXPECT_EQ(line(loaded, "SESSION_SECRET"), "(hidden) data/dev.env SESSION_SECRET");
  EXPECT_EQ(line(loaded, "JWT_SECRET"), "(hidden) generated ");
  EXPECT_EQ(loaded.settings.server.port, 8000);
  sources.environment["APP_ENV"] = "production";
  EXPECT_THAT(mistakes_of(sources), HasSubstr("SESSION_SECRET: is missing"));
}

TEST(LoadSettings, NameTwiceInDotenv_LastCountsWithAWarning) {
  const Loaded loaded = load_well({{}, "PORT=1\nPORT=2\n"});
  EXPECT_EQ(loaded.settings.server.port, 2);
  EXPECT_THAT(all_of(loaded.reading.warnings), HasSubstr("PORT: is set twice in .env (last on line 2)"));
}

TEST(LoadSettings, KubernetesServiceLinks_SetNothing) {
  Sources sources = production_sources();
  sources.environment["GATEHOUSE_PORT"] = "tcp://10.0.0.1:8000";
  sources.environment["GATEHOUSE_PORT_8000_TCP_PROTO"] = "tcp";
  sources.environment["GATEHOUSE_SERVICE_HOST"] = "10.0.0.1";
  sources.environment["DB_PORT"] = "tcp://10.0.0.2:5432";
  const Loaded loaded = load_well(sources);
  EXPECT_EQ(loaded.settings.server.port, 8000);
  EXPECT_EQ(loaded.settings.database.postgres.port, 5432);
}

TEST(LoadSettings, ResolvedList_SaysValueAndOriginAndHidesSecrets) {
  Sources sources = production_sources();
  sources.environment["GATEHOUSE_PORT"] = "9000";
  sources.dotenv = "LOG_LEVEL=warn\n";
  const Loaded loaded = load_well(sources);
  ASSERT_EQ(loaded.reading.resolved.size(), catalog().size());
  EXPECT_EQ(line(loaded, "PORT"), "9000 environment GATEHOUSE_PORT");
  EXPECT_EQ(line(loaded, "LOG_LEVEL"), "warn .env LOG_LEVEL");
  EXPECT_EQ(line(loaded, "HOST"), "0.0.0.0 default ");
  EXPECT_EQ(line(loaded, "API_KEY"), "(hidden) environment API_KEY");
  EXPECT_EQ(line(loaded, "DB_PASSWORD"), " default ");
}

TEST(LoadSettings, ResolvedList_ShowsWhatAppliesAndNotWhatWasOverridden) {
  const Loaded loaded = load_well({{{"NODE_ENV", "test"},
                                    {"DB_NAME", "other"},
                                    {"DB_SSL", "true"},
                                    {"DATABASE_URL", "postgres://app:secret@db:6000/auth?sslmode=disable"}},
                                   {}});
  EXPECT_EQ(line(loaded, "APP_ENV"), "test environment NODE_ENV");
  EXPECT_EQ(line(loaded, "DB_HOST"), "db environment DATABASE_URL");
  EXPECT_EQ(line(loaded, "DB_PORT"), "6000 environment DATABASE_URL");
  EXPECT_EQ(line(loaded, "DB_NAME"), "auth environment DATABASE_URL");
  EXPECT_EQ(line(loaded, "DB_USER"), "app environment DATABASE_URL");
  EXPECT_EQ(line(loaded, "DB_SSL"), "false environment DATABASE_URL");
  EXPECT_EQ(line(load_well({{{"DATABASE_URL", "sqlite:/x.db"}}, {}}), "SQLITE_PATH"), "/x.db environment DATABASE_URL");
}
// The text written over the secret was once shorter, and the rest of the secret stayed.
TEST(LoadSettings, ShownSecret_HasNothingOfItBehindItsEnd) {
  const Loaded loaded = load_well(production_sources());
  for (const config::ResolvedSetting& one : loaded.reading.resolved) {
    if (!one.setting->is_secret()) continue;
    EXPECT_LT(one.shown.capacity(), good_api_key.size()) << one.setting->name;
  }
}

TEST(GenerateSecret, ItsResult_IsStrongAndFresh) {
  CountingRandom random;
  const std::string first = config::generate_secret(random);
  EXPECT_EQ(first.size(), 43U);
  EXPECT_NE(first, config::generate_secret(random));
}

TEST(ReadEnvironment, Pairs_AreSplitAtTheFirstEqualsSign) {
  const char* const variables[] = {"A=b=c", "EMPTY=", "odd", nullptr};
  const auto environment = config::read_environment(variables);
  EXPECT_EQ(environment.at("A"), "b=c");
  EXPECT_EQ(environment.at("EMPTY"), "");
  EXPECT_EQ(environment.size(), 2U);
}

}  // namespace
}  // namespace gatehouse::service
