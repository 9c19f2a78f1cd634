#include "config/catalog.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <tuple>

#include "support/places.hpp"
#include "unit/config/loading.hpp"

namespace gatehouse::config::testing {
namespace {

using ::testing::HasSubstr;

std::string source_text(const std::string& path) {
  std::ifstream file{gatehouse::testing::source_folder() / path};
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> catalog_names() {
  std::set<std::string> names;
  for (const Setting& setting : catalog()) names.emplace(setting.name);
  return names;
}

/// The first group of each match, and that none comes twice.
std::set<std::string> names_in(const std::string& text, const char* pattern) {
  std::set<std::string> names;
  const std::regex expression{pattern, std::regex::multiline};
  for (auto match = std::sregex_iterator{text.begin(), text.end(), expression}; match != std::sregex_iterator{};
       ++match)
    EXPECT_TRUE(names.insert((*match)[1].str()).second) << (*match)[1].str() << " twice";
  return names;
}

/// A setting's row in docs/configuration.md.
std::string row_of(const Setting& setting) {
  std::string row = "| `" + std::string{setting.name} + "` | ";
  row += setting.default_text.empty() ? "none" : "`" + std::string{setting.default_text} + "`";
  if (!setting.production_default.empty()) row += ", production: `" + std::string{setting.production_default} + "`";
  row += " | " + std::string{setting.description} + (setting.secret ? " Secret." : "") + " |\n";
  return row;
}

/// Everything a default decides, for comparison.
auto values_of(const Settings& s) {
  const ServerSettings& server = s.server;
  const PostgresSettings& postgres = s.database.postgres;
  return std::make_tuple(
      std::make_tuple(s.environment, s.log_level, s.login_errors, s.passwords.scheme, s.passwords.hash_threads,
                      s.passwords.hash_wait_max),
      std::make_tuple(server.host, server.port, server.io_threads, server.header_bytes_max, server.body_bytes_max,
                      server.header_timeout, server.body_timeout, server.idle_timeout, server.write_timeout,
                      server.shutdown_timeout, server.connections_max, server.pipeline_max),
      std::make_tuple(s.database.kind, s.database.sqlite.path, s.database.sqlite.readers, s.database.query_timeout,
                      s.database.queue_max),
      std::make_tuple(postgres.port, postgres.name, postgres.user, postgres.ssl, postgres.pool_min, postgres.pool_max,
                      postgres.connect_timeout, postgres.idle_timeout, postgres.prepared_statements,
                      postgres.listen_port),
      std::make_tuple(s.sessions.ttl, s.sessions.absolute_ttl, s.sessions.cache_bytes, s.sessions.cleanup_interval,
                      s.tokens.ttl, s.tokens.issuer, s.tokens.audience));
}

TEST(Catalog, Names_AreUnique) { EXPECT_EQ(catalog_names().size(), catalog().size()); }

TEST(Catalog, EachSetting_HasAGroupADescriptionAndAReader) {
  for (const Setting& setting : catalog()) {
    EXPECT_FALSE(setting.group.empty()) << setting.name;
    EXPECT_TRUE(setting.description.ends_with('.')) << setting.name;
    EXPECT_NE(setting.apply, nullptr) << setting.name;
  }
}

TEST(Catalog, DefaultTexts_AreWhatSettingsStartAs) {
  Settings settings;
  for (const Setting& setting : catalog())
    EXPECT_TRUE(setting.default_text.empty() || setting.apply(settings, setting.default_text)) << setting.name;
  EXPECT_EQ(values_of(settings), values_of(Settings{}));
}

TEST(Catalog, EachDefault_CanBeGivenAsAValue) {
  Sources sources = production_sources();
  sources.environment["APP_ENV"] = "development";
  for (const Setting& setting : catalog())
    if (!setting.default_text.empty()) sources.environment[std::string{setting.name}] = setting.default_text;
  EXPECT_EQ(values_of(load_well(sources).settings), values_of(Settings{}));
}

TEST(EnvExample, Names_AreThoseOfTheCatalog) {
  EXPECT_EQ(names_in(source_text(".env.example"), "^(?:# )?([A-Z][A-Z0-9_]*)="), catalog_names());
}

TEST(EnvExample, Defaults_AreThoseOfTheCatalog) {
  const std::string text = source_text(".env.example");
  for (const Setting& setting : catalog()) {
    const std::string line = std::string{setting.name} + "=" + std::string{setting.default_text} + "\n";
    EXPECT_THAT(text, HasSubstr(line));
    EXPECT_THAT(text, HasSubstr(std::string{setting.description}));
  }
}

TEST(EnvExample, AsItStands_LoadsInDevelopment) { EXPECT_EQ(mistakes_of({{}, source_text(".env.example")}), ""); }

TEST(ConfigurationPage, Rows_AreThoseOfTheCatalog) {
  const std::string text = source_text("docs/configuration.md");
  EXPECT_EQ(names_in(text, "^\\| `([A-Z][A-Z0-9_]*)` \\|"), catalog_names());
  for (const Setting& setting : catalog()) EXPECT_THAT(text, HasSubstr(row_of(setting)));
}

}  // namespace
}  // namespace gatehouse::config::testing
