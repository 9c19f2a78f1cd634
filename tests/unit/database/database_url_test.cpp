#include "database/database_url.hpp"

#include <gtest/gtest.h>

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
        "postgres://[::1]canary/users", "postgres://db/users?sslmode=canary", "postgres://db/users?canary=1",
        "postgres://db/users?&sslmode=disable"}) {
    DatabaseSettings database;
    const auto result = read_database_url(database, url);
    ASSERT_FALSE(result) << url;
    EXPECT_EQ(result.error().expectation.find("canary"), std::string::npos) << url;
  }
}

}  // namespace
}  // namespace gatehouse::database
