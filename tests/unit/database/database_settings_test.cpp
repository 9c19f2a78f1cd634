#include "database/database_settings.hpp"

#include <gmock/gmock.h>

#include "support/section_reading.hpp"

namespace gatehouse::database {
namespace {

using config::Environment;
using gatehouse::testing::read_section;
using gatehouse::testing::Variables;
using ::testing::HasSubstr;
using ::testing::Not;

std::string mistakes_of(const Variables& variables, Environment kind = Environment::production) {
  return read_section(database_section(), variables, kind).mistakes();
}

std::string warnings_of(const Variables& variables, Environment kind = Environment::production) {
  return read_section(database_section(), variables, kind).warnings();
}

TEST(DatabaseSettings, Host_ChoosesPostgres) {
  EXPECT_EQ(read_section(database_section(), {{"DB_HOST", "db"}}).settings.kind, DatabaseKind::postgres);
  EXPECT_EQ(read_section(database_section(), {{"DB_SSL", "true"}}).settings.kind, DatabaseKind::sqlite);
}

TEST(DatabaseSettings, NamesOfTheExpressServiceWithoutAHost_ArePostgresOnLocalhost) {
  for (const auto& [name, value] : Variables{{"DB_NAME", "auth"}, {"DB_USER", "app"}, {"DB_PASSWORD", "x"}}) {
    const auto read = read_section(database_section(), {{name, value}});
    EXPECT_EQ(read.settings.kind, DatabaseKind::postgres) << name;
    EXPECT_EQ(read.settings.postgres.host, "localhost") << name;
    EXPECT_EQ(read.mistakes(), "") << name;
    const auto file = read_section(database_section(), {{name, value}, {"SQLITE_PATH", "data/gatehouse.db"}},
                                   Environment::production);
    EXPECT_EQ(file.settings.kind, DatabaseKind::sqlite) << name;
    EXPECT_THAT(file.mistakes(), HasSubstr(name + ": is set, but DB_HOST and DATABASE_URL are not")) << name;
    const auto url = read_section(database_section(), {{name, value}, {"DATABASE_URL", "sqlite:app.db"}});
    EXPECT_EQ(url.settings.kind, DatabaseKind::sqlite) << name;
  }
}

TEST(DatabaseSettings, FeedOfRows_NeedsRedisAndPostgres) {
  const auto read = read_section(database_section(), {{"DB_HOST", "db"}, {"CHANGE_FEED", "REDIS"}});
  EXPECT_EQ(read.settings.change_feed, ChangeFeedKind::redis);
  EXPECT_THAT(read.mistakes(), HasSubstr("CHANGE_FEED: is redis, but REDIS_URL is not set; set REDIS_URL"));
  EXPECT_THAT(mistakes_of({{"CHANGE_FEED", "redis"}}), HasSubstr("CHANGE_FEED: is redis, but the database is SQLite"));
  EXPECT_EQ(mistakes_of({{"CHANGE_FEED", "postgres"}}), "");
  EXPECT_THAT(mistakes_of({{"CHANGE_FEED", "rows"}}), HasSubstr("must be one of: postgres redis"));
}

TEST(DatabaseSettings, HostThatHoldsMore_IsRefusedWithoutRepeatingIt) {
  for (const char* name : {"DB_HOST", "DB_LISTEN_HOST"}) {
    for (const char* host : {"postgresql://app:canary@db/auth", "localhost:5432", "db canary", "user@db"}) {
      EXPECT_THAT(mistakes_of({{name, host}}), HasSubstr(std::string{name} + ": must be a host name")) << host;
    }
    for (const char* host : {"db", "DB.internal", "db_1,db-2", "10.0.0.1", "::1", "fd00::1,db", "/run/postgresql"}) {
      EXPECT_EQ(mistakes_of({{name, host}}), "") << host;
    }
  }
  EXPECT_THAT(mistakes_of({{"DB_HOST", "postgresql://app:canary@db/auth"}}), Not(HasSubstr("canary")));
}

TEST(DatabaseSettings, Replicas_HaveAPortOfTheirOwnOrDbPort) {
  const auto read =
      read_section(database_section(),
                   {{"DB_HOST", "db"},
                    {"DB_PORT", "6000"},
                    {"DB_REPLICA_HOSTS", "db-2, 10.0.0.3:6003,[fd00::4]:6004,fd00::5,[fd00::6],/run/postgresql"}});
  EXPECT_EQ(read.mistakes(), "");
  const std::vector<ServerAddress> expected{{"db-2", 6000},    {"10.0.0.3", 6003}, {"fd00::4", 6004},
                                            {"fd00::5", 6000}, {"fd00::6", 6000},  {"/run/postgresql", 6000}};
  EXPECT_EQ(standbys_of(read.settings.postgres), expected);
  EXPECT_EQ(to_text(expected[0]), "db-2:6000");
  EXPECT_EQ(to_text(expected[2]), "[fd00::4]:6004");
}

TEST(DatabaseSettings, ReplicasThatAreNone_AreRefusedWithoutRepeatingThem) {
  std::string too_many = "db";
  for (int i = 0; i < 16; ++i) too_many += ",db";
  for (const std::string& hosts :
       {std::string{"postgresql://app:canary@db/auth"}, std::string{"db:0"}, std::string{"db:65536"},
        std::string{"db:canary"}, std::string{"[::1]5432"}, std::string{"[::1"}, std::string{"user@db"}, too_many}) {
    const std::string mistakes = mistakes_of({{"DB_HOST", "db"}, {"DB_REPLICA_HOSTS", hosts}});
    EXPECT_THAT(mistakes, HasSubstr("DB_REPLICA_HOSTS: must be at most 16 hosts")) << hosts;
    EXPECT_THAT(mistakes, Not(HasSubstr("canary")));
  }
}

TEST(DatabaseSettings, ReplicasOfSqlite_AreRefusedEverywhere) {
  for (const auto kind : {Environment::development, Environment::production}) {
    for (const Variables& more : {Variables{}, Variables{{"DATABASE_URL", "sqlite:app.db"}}}) {
      Variables variables = more;
      variables.emplace("DB_REPLICA_HOSTS", "db-2");
      EXPECT_THAT(mistakes_of(variables, kind),
                  HasSubstr("DB_REPLICA_HOSTS: is set, but the database is SQLite, which has no standbys"));
    }
  }
}

TEST(DatabaseSettings, ReplicaElsewhereWithoutTls_IsWarnedOf) {
  const Variables here{{"DB_HOST", "localhost"}, {"DB_REPLICA_HOSTS", "127.0.0.1:5433"}};
  EXPECT_THAT(warnings_of(here), Not(HasSubstr("DB_SSL")));
  EXPECT_THAT(warnings_of({{"DB_HOST", "localhost"}, {"DB_REPLICA_HOSTS", "db-2"}}), HasSubstr("DB_SSL: is false"));
}

TEST(DatabaseSettings, Ports_AreOneOrOneForEachHost) {
  const auto read = read_section(database_section(), {{"DB_HOST", "db-1,db-2"}, {"DB_PORT", "6001,6002"}});
  EXPECT_EQ(read.mistakes(), "");
  EXPECT_EQ(read.settings.postgres.ports, (std::vector<std::uint16_t>{6001, 6002}));
  EXPECT_THAT(mistakes_of({{"DB_HOST", "db-1"}, {"DB_PORT", "6001,6002"}}),
              HasSubstr("DB_PORT: has a different number of ports than DB_HOST has hosts"));
  EXPECT_THAT(mistakes_of({{"DB_HOST", "db-1,db-2"}, {"DB_PORT", "6001,canary"}}),
              HasSubstr("DB_PORT: must be a number from 1 to 65535"));
}

TEST(DatabaseSettings, ClientCertificateWithoutItsKey_IsRefused) {
  EXPECT_THAT(mistakes_of({{"DATABASE_URL", "postgres://db/app?sslcert=/dev/null"}}),
              HasSubstr("DATABASE_URL: has only one of sslcert and sslkey"));
  EXPECT_THAT(mistakes_of({{"DATABASE_URL", "postgres://db/app?sslcert=/dev/null/a&sslkey=/dev/null/b"}}),
              HasSubstr("DATABASE_URL: names a file that cannot be read"));
}

TEST(DatabaseSettings, SqlitePathThatIsAUrl_IsRefused) {
  EXPECT_THAT(mistakes_of({{"SQLITE_PATH", "postgresql://app:canary@db/auth"}}), HasSubstr("SQLITE_PATH: is a URL"));
}

TEST(DatabaseSettings, DatabaseInMemory_IsRefused) {
  EXPECT_THAT(mistakes_of({{"SQLITE_PATH", ":memory:"}}), HasSubstr("SQLITE_PATH: is not a file"));
  EXPECT_THAT(mistakes_of({{"DATABASE_URL", "sqlite::memory:"}}), HasSubstr("SQLITE_PATH: is not a file"));
}

TEST(DatabaseSettings, PoolMinAboveMax_IsRefused) {
  EXPECT_THAT(mistakes_of({{"DB_POOL_MIN", "5"}, {"DB_POOL_MAX", "4"}}),
              HasSubstr("DB_POOL_MIN: is larger than DB_POOL_MAX"));
}

TEST(DatabaseSettings, NamesForPostgresWithoutAHost_AreRefusedInProduction) {
  for (const auto& [name, value] : Variables{{"DB_PORT", "6000"}, {"DB_SSL", "true"}}) {
    const std::string problem = name + ": is set, but DB_HOST and DATABASE_URL are not";
    EXPECT_THAT(mistakes_of({{name, value}}), HasSubstr(problem));
    EXPECT_EQ(mistakes_of({{name, value}}, Environment::development), "");
    EXPECT_THAT(warnings_of({{name, value}}, Environment::development), HasSubstr(problem));
    EXPECT_EQ(mistakes_of({{name, value}, {"DB_HOST", "localhost"}}), "") << name;
  }
}

TEST(DatabaseSettings, PlainConnectionInProduction_IsAWarning) {
  EXPECT_THAT(warnings_of({{"DB_HOST", "db.internal"}}), HasSubstr("DB_SSL: is false"));
  EXPECT_EQ(warnings_of({{"DB_HOST", "/run/postgresql"}}), "");
  EXPECT_EQ(warnings_of({{"DB_HOST", "db.internal"}}, Environment::development), "");
}

TEST(DatabaseSettings, ExamplePasswordInProduction_IsAWarning) {
  EXPECT_THAT(warnings_of({{"DB_HOST", "localhost"}, {"DB_PASSWORD", "postgres"}}),
              HasSubstr("DB_PASSWORD: is PostgreSQL's example password"));
}

TEST(DatabaseSettings, UrlBesideAHost_WinsWithAWarning) {
  const auto read = read_section(database_section(), {{"DATABASE_URL", "postgres://db/app"}, {"DB_HOST", "other"}});
  EXPECT_EQ(read.settings.postgres.host, "db");
  EXPECT_THAT(read.warnings(), HasSubstr("DB_HOST: is overridden by DATABASE_URL"));
}

TEST(DatabaseSettings, UrlWithoutAHostBesideIt_IsNoWarning) {
  EXPECT_EQ(warnings_of({{"DATABASE_URL", "postgres://localhost:6000/app"}}), "");
}

TEST(DatabaseSettings, SqlitePathThatIsAFileUri_IsRefused) {
  for (const Variables& variables :
       {Variables{{"SQLITE_PATH", "file:data/a.db?mode=rwc"}}, Variables{{"SQLITE_PATH", "file:///data/a.db"}},
        Variables{{"DATABASE_URL", "sqlite:file:a.db"}}}) {
    EXPECT_THAT(mistakes_of(variables), HasSubstr("SQLITE_PATH: is a file: URI, not the path of a file"));
  }
}

}  // namespace
}  // namespace gatehouse::database
