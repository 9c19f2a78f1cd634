#include "database/postgres/client_program.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace gatehouse::database::postgres {
namespace {

PostgresSettings settings_of_two_servers() {
  PostgresSettings settings;
  settings.host = "db1.example.com,db2.example.com";
  settings.ports = {5432, 6432};
  settings.name = "auth";
  settings.user = "gatehouse";
  settings.password = SecretString{"hunter2"};
  return settings;
}

bool has(const std::vector<SecretString>& environment, std::string_view variable) {
  return std::ranges::any_of(environment, [&](const SecretString& one) { return one.equals(variable); });
}

TEST(ClientProgramTest, ClientEnvironment_HasServersRoleAndPassword) {
  const auto environment = client_environment(options_for_queries(settings_of_two_servers()));
  for (const std::string_view variable :
       {"PGHOST=db1.example.com,db2.example.com", "PGPORT=5432,6432", "PGDATABASE=auth", "PGUSER=gatehouse",
        "PGPASSWORD=hunter2", "PGSSLMODE=prefer", "PGCONNECT_TIMEOUT=30", "PGTARGETSESSIONATTRS=read-write"}) {
    EXPECT_TRUE(has(environment, variable)) << variable;
  }
}

TEST(ClientProgramTest, ClientEnvironment_Tls_VerifiesAsTheServiceDoes) {
  PostgresSettings settings = settings_of_two_servers();
  settings.ssl = true;
  settings.ssl_ca = "/etc/ca.pem";
  const auto environment = client_environment(options_for_queries(settings));
  for (const std::string_view variable :
       {"PGSSLMODE=verify-full", "PGSSLROOTCERT=/etc/ca.pem", "PGSSLMINPROTOCOLVERSION=TLSv1.2"}) {
    EXPECT_TRUE(has(environment, variable)) << variable;
  }
}

TEST(ClientProgramTest, ConnectionArguments_HaveNoPassword) {
  const auto words = connection_arguments(options_for_queries(settings_of_two_servers()));
  EXPECT_EQ(shell_line(words),
            "--host=db1.example.com,db2.example.com --port=5432,6432 --username=gatehouse --dbname=auth --no-password");
}

TEST(ClientProgramTest, ShellLine_UnusualWords_StandInQuotes) {
  EXPECT_EQ(shell_line({"pg_dump", "--dbname=my db", "it's", ""}), "pg_dump '--dbname=my db' 'it'\\''s' ''");
}

TEST(ClientProgramTest, MajorVersionIn_TextsOfProgramsAndServers_IsTheFirstNumber) {
  EXPECT_EQ(major_version_in("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), 15);
  EXPECT_EQ(major_version_in("PostgreSQL 18beta1"), 18);
  EXPECT_EQ(major_version_in("PostgreSQL"), 0);
}

}  // namespace
}  // namespace gatehouse::database::postgres
