#include "database/database_url.hpp"

#include <gtest/gtest.h>

#include <map>

namespace gatehouse::database {
namespace {

DatabaseSettings read(std::string_view url) {
  DatabaseSettings database;
  const auto result = read_database_url(database, url);
  EXPECT_TRUE(result) << url;
  return database;
}

TEST(DatabaseUrl, EveryPart_IsRead) {
  const auto database =
      read("postgresql://auth:s3cret@db.internal:6432/users?sslmode=verify-full&sslrootcert=/etc/ca.pem");
  EXPECT_EQ(database.kind, DatabaseKind::postgres);
  EXPECT_EQ(database.postgres.user, "auth");
  EXPECT_EQ(database.postgres.password.reveal(), "s3cret");
  EXPECT_EQ(database.postgres.host, "db.internal");
  EXPECT_EQ(database.postgres.port, 6432);
  EXPECT_EQ(database.postgres.name, "users");
  EXPECT_TRUE(database.postgres.ssl);
  EXPECT_EQ(database.postgres.ssl_ca, "/etc/ca.pem");
}

TEST(DatabaseUrl, WhatIsLeftOut_StaysAsItWas) {
  const auto database = read("postgres://db/users");
  EXPECT_EQ(database.postgres.user, "postgres");
  EXPECT_EQ(database.postgres.port, 5432);
  EXPECT_FALSE(database.postgres.ssl);
  EXPECT_EQ(read("postgres:///users").postgres.host, "localhost");
}

TEST(DatabaseUrl, PercentEncoding_IsRead) {
  const auto database = read("postgres://a%40b:p%2Fw%25@%2Frun%2Fpostgresql/my%20db");
  EXPECT_EQ(database.postgres.user, "a@b");
  EXPECT_EQ(database.postgres.password.reveal(), "p/w%");
  EXPECT_EQ(database.postgres.host, "/run/postgresql");
  EXPECT_EQ(database.postgres.name, "my db");
}

TEST(DatabaseUrl, AtSignInPassword_IsReadLeniently) {
  const auto database = read("postgres://u:p@w@db/users");
  EXPECT_EQ(database.postgres.password.reveal(), "p@w");
  EXPECT_EQ(database.postgres.host, "db");
}

TEST(DatabaseUrl, Ipv6Host_IsReadWithoutBrackets) {
  const auto database = read("postgres://[::1]:6432/users");
  EXPECT_EQ(database.postgres.host, "::1");
  EXPECT_EQ(database.postgres.port, 6432);
}

TEST(DatabaseUrl, SslModes_AreOffOrVerifyFull) {
  for (const char* mode : {"disable", "allow", "prefer"}) {
    EXPECT_FALSE(read(std::string{"postgres://db/users?sslmode="} + mode).postgres.ssl) << mode;
  }
  for (const char* mode : {"require", "verify-ca", "verify-full"}) {
    EXPECT_TRUE(read(std::string{"postgres://db/users?sslmode="} + mode).postgres.ssl) << mode;
  }
}

TEST(DatabaseUrl, HostParameter_NamesASocketDirectory) {
  EXPECT_EQ(read("postgres:///users?host=/run/postgresql").postgres.host, "/run/postgresql");
}

TEST(DatabaseUrl, SeveralHosts_AreReadWithTheirPorts) {
  const auto database = read("postgres://u:p@db-1:6001,[::1],db-3:6003/users");
  EXPECT_EQ(database.postgres.host, "db-1,::1,db-3");
  EXPECT_EQ(database.postgres.ports, (std::vector<std::uint16_t>{6001, 5432, 6003}));
  const auto without_ports = read("postgres://db-1,db-2/users");
  EXPECT_EQ(without_ports.postgres.host, "db-1,db-2");
  EXPECT_TRUE(without_ports.postgres.ports.empty());
  const auto as_parameters = read("postgres:///users?host=db-1,db-2&port=6001,6002");
  EXPECT_EQ(as_parameters.postgres.host, "db-1,db-2");
  EXPECT_EQ(as_parameters.postgres.ports, (std::vector<std::uint16_t>{6001, 6002}));
}

TEST(DatabaseUrl, ParametersThatProvidersHandOut_AreRead) {
  const auto database = read(
      "postgresql://u:p@ep-cool-1.eu.aws.neon.tech/users?sslmode=require&channel_binding=require&connect_timeout=15"
      "&application_name=accounts&options=endpoint%3Dep-cool-1&target_session_attrs=any&sslrootcert=system"
      "&sslcert=/etc/client.pem&sslkey=/etc/client.key");
  EXPECT_TRUE(database.postgres.ssl);
  EXPECT_EQ(database.postgres.channel_binding, "require");
  EXPECT_EQ(database.postgres.connect_timeout, std::chrono::seconds{15});
  EXPECT_EQ(database.postgres.application_name, "accounts");
  EXPECT_EQ(database.postgres.options, "endpoint=ep-cool-1");
  EXPECT_EQ(database.postgres.target_session_attrs, "any");
  EXPECT_EQ(database.postgres.ssl_ca, "");
  EXPECT_EQ(database.postgres.ssl_cert, "/etc/client.pem");
  EXPECT_EQ(database.postgres.ssl_key, "/etc/client.key");
}

TEST(DatabaseUrl, ConnectTimeoutOfZero_IsTheLongest) {
  EXPECT_EQ(read("postgres://db/users?connect_timeout=0").postgres.connect_timeout, std::chrono::minutes{10});
}

TEST(DatabaseUrl, UnknownParameter_IsRefusedByItsName) {
  DatabaseSettings database;
  const auto result = read_database_url(database, "postgres://u:p@db/users?sslmode=require&pgbouncer=canary");
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().expectation.starts_with("a URL without the parameter pgbouncer (known "))
      << result.error().expectation;
  EXPECT_EQ(result.error().expectation.find("canary"), std::string::npos);
}

TEST(DatabaseUrl, ParameterOfAWrongWord_IsRefusedWithTheRightOnes) {
  for (const auto& [parameter, words] : std::map<std::string, std::string>{
           {"channel_binding=canary", "channel_binding is disable, prefer or require"},
           {"target_session_attrs=standby", "target_session_attrs is any, primary or read-write"},
           {"connect_timeout=canary", "connect_timeout is a number of seconds from 0 to 600"},
           {"port=canary", "port parameter holds numbers from 1 to 65535"},
           {"host=a%20canary", "host parameter holds host names, addresses or socket directories"}}) {
    DatabaseSettings database;
    const auto result = read_database_url(database, "postgres://db/users?" + parameter);
    ASSERT_FALSE(result) << parameter;
    EXPECT_EQ(result.error().expectation, "a URL whose " + words);
  }
}

TEST(DatabaseUrl, EmptyParts_AreLeftOut) {
  for (const char* url : {"postgres://db/users?", "postgres://db:/users", "postgres://db/users?sslmode=disable&"}) {
    const auto database = read(url);
    EXPECT_EQ(database.postgres.host, "db") << url;
    EXPECT_EQ(database.postgres.port, 5432) << url;
    EXPECT_EQ(database.postgres.name, "users") << url;
  }
}

TEST(DatabaseUrl, SqlitePath_ChoosesSqlite) {
  EXPECT_EQ(read("sqlite:data/a.db").sqlite.path, "data/a.db");
  EXPECT_EQ(read("sqlite:///var/lib/a.db").sqlite.path, "/var/lib/a.db");
  EXPECT_EQ(read("sqlite:a.db").kind, DatabaseKind::sqlite);
}

TEST(DatabaseUrl, AnythingElse_IsRefusedWithoutRepeatingIt) {
  for (const char* url :
       {"mysql://canary@db/users", "canary", "sqlite:", "postgres://canary", "postgres://canary/",
        "postgres://u:canary%zz@db/users", "postgres://u:canary%00@db/users", "postgres://u%4@db/canary",
        "postgres://db:canary/users", "postgres://db:0/canary", "postgres://[::1/canary",
        "postgres://[::1]canary/users", "postgres://db/users?sslmode=canary", "postgres://db/users?p@canary=1",
        "postgres://db:1,other:canary/users", "postgres://db/users?&sslmode=disable"}) {
    DatabaseSettings database;
    const auto result = read_database_url(database, url);
    ASSERT_FALSE(result) << url;
    EXPECT_EQ(result.error().expectation.find("canary"), std::string::npos) << url;
  }
}

}  // namespace
}  // namespace gatehouse::database
