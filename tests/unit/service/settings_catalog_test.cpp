#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "config/documents.hpp"
#include "support/places.hpp"
#include "unit/service/settings_loading.hpp"

namespace gatehouse::service {
namespace {

std::string source_text(const std::string& path) {
  std::ifstream file{gatehouse::testing::source_folder() / path};
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> catalog_names() {
  std::set<std::string> names;
  for (const config::Setting* setting : catalog()) names.emplace(setting->name);
  return names;
}

/// Everything a default decides, for comparison.
auto values_of(const Settings& s) {
  const http::ServerSettings& server = s.server;
  const database::PostgresSettings& postgres = s.database.postgres;
  return std::make_tuple(
      std::make_tuple(s.application.environment, s.application.log_level, s.api.login_errors, s.passwords.scheme,
                      s.passwords.hash_threads, s.passwords.hash_wait_max),
      std::make_tuple(server.host, server.port, server.io_threads, server.header_bytes_max, server.body_bytes_max,
                      server.header_timeout, server.body_timeout, server.idle_timeout, server.keepalive_max,
                      server.write_timeout, server.shutdown_timeout, server.connections_max, server.pipeline_max),
      std::make_tuple(s.database.kind, s.database.sqlite.path, s.database.sqlite.readers, s.database.query_timeout,
                      s.database.queue_max),
      std::make_tuple(postgres.port, postgres.name, postgres.user, postgres.ssl, postgres.pool_min, postgres.pool_max,
                      postgres.connect_timeout, postgres.idle_timeout, postgres.prepared_statements,
                      postgres.listen_port),
      std::make_tuple(s.sessions.ttl, s.sessions.absolute_ttl, s.sessions.cache_bytes, s.sessions.cleanup_interval,
                      s.tokens.ttl, s.tokens.issuer, s.tokens.audiences, s.tokens.type, s.signing_keys.jwks_max_age,
                      s.signing_keys.rotation_interval));
}

TEST(Catalog, Names_AreUnique) { EXPECT_EQ(catalog_names().size(), catalog().size()); }

TEST(Catalog, EachSetting_HasAGroupAndADescription) {
  for (const config::Setting* setting : catalog()) {
    EXPECT_FALSE(setting->group.empty()) << setting->name;
    EXPECT_TRUE(setting->description.ends_with('.')) << setting->name;
  }
}

TEST(Catalog, SettingsOfAGroup_StandTogether) {
  std::vector<std::string_view> groups;
  for (const config::Setting* setting : catalog()) {
    if (groups.empty() || groups.back() != setting->group) groups.push_back(setting->group);
  }
  EXPECT_THAT(groups, ::testing::SizeIs(std::set(groups.begin(), groups.end()).size()));
  EXPECT_EQ(groups.front(), "Application");
}

TEST(Catalog, SettingThatFollowsAnotherFeatures_StandsBehindIt) {
  const config::Catalog all = catalog();
  std::size_t followers = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i]->follows.empty()) continue;
    EXPECT_EQ(all[i]->follows, all[i - 1]->name);
    ++followers;
  }
  EXPECT_GT(followers, 0U);
}

TEST(Catalog, EachDefault_CanBeGivenAsAValue) {
  Sources sources = production_sources();
  sources.environment["APP_ENV"] = "development";
  for (const config::Setting* setting : catalog()) {
    if (!setting->default_text.empty()) sources.environment[std::string{setting->name}] = setting->default_text;
  }
  EXPECT_EQ(values_of(load_well(sources).settings), values_of(Settings{}));
}

TEST(EnvExample, ItsText_IsWhatTheProgramWrites) {
  EXPECT_EQ(source_text(".env.example"), config::dotenv_example_of(catalog())) << "`./dev settings` writes it";
}

TEST(EnvExample, AsItStands_LoadsInDevelopment) { EXPECT_EQ(mistakes_of({{}, source_text(".env.example")}), ""); }

TEST(ConfigurationPage, ItsTables_AreWhatTheProgramWrites) {
  const std::string page = source_text("docs/configuration.md");
  const std::string opening = "<!-- settings: `./dev settings` writes what follows -->\n\n";
  const std::string closing = "\n<!-- end of settings -->\n";
  const std::size_t begin = page.find(opening);
  const std::size_t end = page.find(closing);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::size_t first = begin + opening.size();
  EXPECT_EQ(page.substr(first, end - first), config::markdown_of(catalog())) << "`./dev settings` writes them";
}

}  // namespace
}  // namespace gatehouse::service
