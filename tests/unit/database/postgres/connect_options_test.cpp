#include "database/postgres/connect_options.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace gatehouse::database::postgres {
namespace {

std::string value_of(const ConnectOptions& options, std::string_view keyword) {
  const auto found = std::find_if(options.keywords.begin(), options.keywords.end(),
                                  [&](const auto& pair) { return pair.first == keyword; });
  return found == options.keywords.end() ? "" : found->second;
}

TEST(ConnectOptions, Ssl_MeansVerifyFull_WithTheSystemsAuthoritiesUnlessNamed) {
  database::PostgresSettings settings;
  settings.ssl = true;
  EXPECT_EQ(value_of(options_for_queries(settings), "sslmode"), "verify-full");
  EXPECT_EQ(value_of(options_for_queries(settings), "sslrootcert"), "/etc/ssl/certs/ca-certificates.crt");
  settings.ssl_ca = "/own/ca.pem";
  EXPECT_EQ(value_of(options_for_queries(settings), "sslrootcert"), "/own/ca.pem");
}

TEST(ConnectOptions, Password_IsNotAmongTheKeywords) {
  database::PostgresSettings settings;
  settings.password = SecretString{"canary"};
  const auto options = options_for_queries(settings);
  for (const auto& [keyword, value] : options.keywords) EXPECT_EQ(value.find("canary"), std::string::npos) << keyword;
  EXPECT_TRUE(options.password.equals("canary"));
}

std::string text_of(const std::vector<ServerAddress>& servers) {
  std::string text;
  for (const auto& [host, port] : servers) text += host + ":" + std::to_string(port) + " ";
  return text;
}

TEST(ConnectOptions, Listening_GoesWhereQueriesGo_UnlessToldOtherwise) {
  database::PostgresSettings settings;
  settings.host = "pooler";
  settings.port = 6432;
  EXPECT_EQ(text_of(options_for_listening(settings).servers), "pooler:6432 ");
  settings.listen_host = "primary";
  settings.listen_port = 5432;
  EXPECT_EQ(text_of(options_for_listening(settings).servers), "primary:5432 ");
  EXPECT_EQ(text_of(options_for_queries(settings).servers), "pooler:6432 ");
}

TEST(ConnectOptions, SeveralHosts_HaveOnePortOrEachItsOwn) {
  database::PostgresSettings settings;
  settings.host = "one, two";
  settings.port = 6000;
  EXPECT_EQ(text_of(options_for_queries(settings).servers), "one:6000 two:6000 ");
  settings.ports = {6001, 6002};
  EXPECT_EQ(text_of(options_for_queries(settings).servers), "one:6001 two:6002 ");
  EXPECT_EQ(text_of(options_for_listening(settings).servers), "one:6001 two:6002 ");
}

TEST(ConnectOptions, Server_HasToTakeWrites_UnlessToldOtherwise) {
  database::PostgresSettings settings;
  EXPECT_EQ(value_of(options_for_queries(settings), "target_session_attrs"), "read-write");
  EXPECT_EQ(value_of(options_for_listening(settings), "target_session_attrs"), "read-write");
  settings.target_session_attrs = "any";
  EXPECT_EQ(value_of(options_for_queries(settings), "target_session_attrs"), "any");
}

// If a value is missing or empty, libpq looks into the home directory of the user that the process runs as.
TEST(ConnectOptions, NoFile_IsLeftForLibpqToFindInAHome) {
  for (const bool ssl : {false, true}) {
    database::PostgresSettings settings;
    settings.ssl = ssl;
    const auto options = options_for_queries(settings);
    for (const char* keyword : {"sslcert", "sslkey", "sslrootcert", "sslcrl", "passfile"}) {
      EXPECT_TRUE(value_of(options, keyword).starts_with('/')) << keyword << " with DB_SSL=" << ssl;
    }
  }
}

TEST(ConnectOptions, ClientCertificate_IsPassedOn) {
  database::PostgresSettings settings;
  settings.ssl_cert = "/own/client.pem";
  settings.ssl_key = "/own/client.key";
  EXPECT_EQ(value_of(options_for_queries(settings), "sslcert"), "/own/client.pem");
  EXPECT_EQ(value_of(options_for_queries(settings), "sslkey"), "/own/client.key");
}

TEST(ConnectOptions, StartUp_SetsNothingAPoolerRefuses) {
  const auto options = options_for_queries({});
  EXPECT_EQ(value_of(options, "options"), "");
  EXPECT_EQ(value_of(options, "client_encoding"), "UTF8");
  EXPECT_EQ(value_of(options, "application_name"), "gatehouse");
}

}  // namespace
}  // namespace gatehouse::database::postgres
