#include <gmock/gmock.h>

#include "unit/service/settings_loading.hpp"

namespace gatehouse::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The same sources without production's strictness.
Sources in_development(Sources sources) {
  sources.environment["APP_ENV"] = "development";
  return sources;
}

Sources production_with(const std::string& name, const std::string& value) {
  Sources sources = production_sources();
  sources.environment[name] = value;
  return sources;
}

std::string joined(std::string_view first, std::string_view second) {
  std::string list{first};
  list.append(",").append(second);
  return list;
}

/// A rule that stops the start in production and warns elsewhere.
void expect_strict(const Sources& sources, const std::string& text) {
  EXPECT_THAT(mistakes_of(sources), HasSubstr(text));
  EXPECT_EQ(mistakes_of(in_development(sources)), "") << text;
  EXPECT_THAT(warnings_of(in_development(sources)), HasSubstr(text));
}

/// A rule that stops the start everywhere.
void expect_refused(const Sources& sources, const std::string& text) {
  EXPECT_THAT(mistakes_of(sources), HasSubstr(text));
  EXPECT_THAT(mistakes_of(in_development(sources)), HasSubstr(text));
}

TEST(ProductionRules, EachMissingSecret_IsRefused) {
  for (const char* name : {"API_KEY", "SESSION_SECRET", "JWT_SECRET"}) {
    Sources sources = production_sources();
    sources.environment.erase(name);
    expect_strict(sources, std::string{name} + ": is missing; `gatehouse secrets generate` makes good ones");
  }
}

TEST(ProductionRules, EachShortSecret_IsRefused) {
  for (const char* name : {"API_KEY", "SESSION_SECRET", "JWT_SECRET"}) {
    expect_strict(production_with(name, "x7Kq2Wn6Ez1Uk5Tj9Bx3Gm8Ry4Dv0Hc"), std::string{name} + ": is shorter than 32");
  }
}

TEST(ProductionRules, EachExampleSecret_IsRefused) {
  for (const char* name : {"API_KEY", "SESSION_SECRET", "JWT_SECRET"}) {
    expect_strict(production_with(name, "prod-session-secret-64-chars-long"), std::string{name} + ": is an example");
  }
}

TEST(ProductionRules, EachPredictableSecret_IsRefused) {
  for (const char* name : {"API_KEY", "SESSION_SECRET", "JWT_SECRET"}) {
    expect_strict(production_with(name, std::string(64, 'x')), std::string{name} + ": is easy to guess");
  }
}

TEST(ProductionRules, WeakSecretBehindAGoodOne_IsRefused) {
  expect_strict(production_with("JWT_SECRET", joined(good_jwt_secret, "short")), "JWT_SECRET: is shorter");
}

TEST(ProductionRules, SecretUsedTwice_IsRefused) {
  expect_strict(production_with("JWT_SECRET", std::string{good_session_secret}),
                "JWT_SECRET: is also used as SESSION_SECRET");
  expect_strict(production_with("SESSION_SECRET", std::string{good_api_key}),
                "SESSION_SECRET: is also used as API_KEY");
  expect_strict(production_with("API_KEY", joined(good_api_key, good_api_key)),
                "API_KEY: contains the same secret twice");
}

TEST(ProductionRules, UnknownPrefixedName_IsRefusedWithASuggestion) {
  expect_strict(production_with("GATEHOUSE_PROT", "1"),
                "GATEHOUSE_PROT: is not a setting; did you mean GATEHOUSE_PORT?");
  expect_strict(production_with("GATEHOUSE_ELEPHANT", "1"), "GATEHOUSE_ELEPHANT: is not a setting; remove it");
  Sources sources = production_sources();
  sources.dotenv = "GATEHOUSE_LOG_LEVLE=warn\n";
  expect_strict(sources, "GATEHOUSE_LOG_LEVLE: is not a setting; did you mean GATEHOUSE_LOG_LEVEL?");
}

TEST(ProductionRules, MisspeltNameInDotenv_IsRefusedWithASuggestion) {
  Sources sources = production_sources();
  sources.dotenv = "SESION_TTL=1d\n";
  expect_strict(sources, "SESION_TTL: is not a setting; did you mean SESSION_TTL?");
}

TEST(ProductionRules, ForeignNames_AreLeftAlone) {
  Sources sources = production_with("SESION_TTL", "1d");
  sources.environment["GATEHOUSE_TEST_POSTGRES"] = "x";
  sources.dotenv = "POSTGRES_PASSWORD=x\nDOCS_PORT=1\nFRONTEND_URL=http://x\nnpm_config_x=1\n";
  EXPECT_EQ(mistakes_of(sources), "");
  EXPECT_EQ(warnings_of(sources), "");
}

TEST(ProductionRules, EveryMistake_IsListedAtOnce) {
  Sources sources;
  sources.environment = {{"APP_ENV", "production"},
                         {"API_KEY", "short"},
                         {"PORT", "x"},
                         {"GATEHOUSE_X", "1"},
                         {"TLS_CERT", "/nonexistent"}};
  sources.dotenv = "SESION_TTL=1d\n";
  const std::string mistakes = mistakes_of(sources);
  for (const char* name :
       {"API_KEY: is shorter", "JWT_SECRET: is missing", "SESSION_SECRET: is missing", "PORT: must be",
        "GATEHOUSE_X: ", "SESION_TTL: ", "TLS_CERT: is set without", "TLS_CERT: names a file"}) {
    EXPECT_THAT(mistakes, HasSubstr(name));
  }
}

TEST(Rules, UnreadableValues_AreRefusedEverywhere) {
  const std::pair<const char*, const char*> wrong[] = {
      {"PORT", "70000"},          {"PORT", "x"},
      {"IO_THREADS", "-1"},       {"HEADER_TIMEOUT", "soon"},
      {"IDLE_TIMEOUT", "0"},      {"LOG_LEVEL", "loud"},
      {"KEEPALIVE_MAX", "0s"},    {"KEEPALIVE_MAX", "25h"},
      {"DB_SSL", "maybe"},        {"DB_PORT", "0"},
      {"DB_POOL_MAX", "0"},       {"SQLITE_READERS", "0"},
      {"SESSION_TTL", "0"},       {"SESSION_TTL", "1500ms"},
      {"SESSION_CACHE_MB", "1T"}, {"JWT_EXPIRES_IN", "1 hour"},
      {"PASSWORD_HASH", "md5"},   {"LOGIN_ERRORS", "verbose"},
      {"DB_HOST", "db:5432"},     {"DATABASE_URL", "mysql:x"},
      {"TRUSTED_PROXIES", "all"}, {"HASH_WAIT_MAX", "1d"},
      {"BODY_BYTES_MAX", "1"},    {"PIPELINE_MAX", "0"},
      {"CONNECTIONS_MAX", "0"},   {"DB_QUEUE_MAX", "0"},
  };
  for (const auto& [name, value] : wrong) {
    expect_refused(production_with(name, value), std::string{name} + ": must be ");
  }
}

TEST(Rules, UnreadableValue_SaysTheDefault) {
  expect_refused(production_with("PORT", "x"),
                 "PORT: must be a number from 0 to 65535, or off; correct it, or remove it for the default, 8000");
}

TEST(Rules, UnreadableFiles_AreRefused) {
  for (const char* name : {"TLS_CERT", "TLS_KEY", "DB_SSL_CA"}) {
    expect_refused(production_with(name, "/nonexistent"), std::string{name} + ": names a file that cannot be read");
  }
}

TEST(Mistakes, Values_NeverStandInThem) {
  Sources sources;
  for (const config::Setting* setting : catalog()) {
    sources.environment[std::string{setting->name}] = "canary,canary\x01";
  }
  sources.environment["API_KEY_FILE"] = "canary";
  sources.environment["GATEHOUSE_UNKNOWN"] = "canary";
  sources.dotenv = "SESION_TTL=canary\ncanary";
  const std::string mistakes = mistakes_of(sources);
  EXPECT_NE(mistakes, "");
  EXPECT_THAT(mistakes, Not(HasSubstr("canary")));
}

TEST(Warnings, Values_NeverStandInThem) {
  Sources sources;
  for (const char* name : {"API_KEY", "JWT_SECRET", "SESSION_SECRET", "DB_PASSWORD"}) {
    sources.environment[name] = "canary";
  }
  sources.environment["DATABASE_URL"] = "postgres://app:canary@db/auth";
  sources.dotenv = "SESION_TTL=canary\nGATEHOUSE_X=canary\nX=canary\nX=canary";
  const Loaded loaded = load_well(sources);
  EXPECT_FALSE(loaded.reading.warnings.empty());
  EXPECT_THAT(all_of(loaded.reading.warnings), Not(HasSubstr("canary")));
  for (const config::ResolvedSetting& one : loaded.reading.resolved) {
    EXPECT_THAT(one.shown, Not(HasSubstr("canary"))) << one.setting->name;
  }
}

}  // namespace
}  // namespace gatehouse::service
