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

TEST(ConnectOptions, Listening_GoesWhereQueriesGo_UnlessToldOtherwise) {
  database::PostgresSettings settings;
  settings.host = "pooler";
  settings.port = 6432;
  EXPECT_EQ(value_of(options_for_listening(settings), "host"), "pooler");
  EXPECT_EQ(value_of(options_for_listening(settings), "port"), "6432");
  settings.listen_host = "primary";
  settings.listen_port = 5432;
  EXPECT_EQ(value_of(options_for_listening(settings), "host"), "primary");
  EXPECT_EQ(value_of(options_for_listening(settings), "port"), "5432");
  EXPECT_EQ(value_of(options_for_queries(settings), "host"), "pooler");
}

TEST(ConnectOptions, StartUp_SetsNothingAPoolerRefuses) {
  const auto options = options_for_queries({});
  EXPECT_EQ(value_of(options, "options"), "");
  EXPECT_EQ(value_of(options, "client_encoding"), "UTF8");
  EXPECT_EQ(value_of(options, "application_name"), "gatehouse");
}

}  // namespace
}  // namespace gatehouse::database::postgres
