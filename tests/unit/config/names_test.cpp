#include "config/names.hpp"

#include <gtest/gtest.h>

#include <array>

namespace gatehouse::config {
namespace {

constexpr std::array<Setting, 7> settings{Setting{"PORT", "", "", ""},
                                          Setting{"JWT_SECRET", "", "", "", Secrecy::key},
                                          Setting{"SESSION_SECRET", "", "", "", Secrecy::key},
                                          Setting{"ALLOWED_ORIGINS", "", "", ""},
                                          Setting{"DB_PASSWORD", "", "", "", Secrecy::secret},
                                          Setting{"DB_HOST", "", "", ""},
                                          Setting{"LOG_LEVEL", "", "", ""}};

Catalog some_settings() {
  Catalog catalog;
  for (const Setting& setting : settings) catalog.push_back(&setting);
  return catalog;
}

bool is_known(std::string_view name) { return is_known_name(some_settings(), name); }
std::string_view nearest(std::string_view name) { return nearest_name(some_settings(), name); }

TEST(Names, SettingsAndFilesOfSecrets_AreKnown) {
  EXPECT_TRUE(is_known("PORT"));
  EXPECT_TRUE(is_known("JWT_SECRET_FILE"));
  EXPECT_FALSE(is_known("PORT_FILE"));
  EXPECT_FALSE(is_known("port"));
  EXPECT_FALSE(is_known(""));
}

TEST(Names, ExpressOnlyNames_AreRecognised) {
  for (const char* name : {"DOCS_PORT", "ADMINER_PORT", "DOMAIN", "API_URL", "npm_config_cache"}) {
    EXPECT_TRUE(is_express_name(name)) << name;
  }
  EXPECT_FALSE(is_express_name("DOCS_PROT"));
}

TEST(Names, WhatKubernetesSetsForAService_IsRecognised) {
  EXPECT_TRUE(is_service_link("GATEHOUSE_SERVICE_HOST", "10.0.0.1"));
  EXPECT_TRUE(is_service_link("GATEHOUSE_SERVICE_PORT_HTTP", "8000"));
  EXPECT_TRUE(is_service_link("GATEHOUSE_PORT", "tcp://10.0.0.1:8000"));
  EXPECT_TRUE(is_service_link("GATEHOUSE_PORT_8000_TCP", "tcp://10.0.0.1:8000"));
  EXPECT_TRUE(is_service_link("GATEHOUSE_PORT_8000_TCP_ADDR", "10.0.0.1"));
  EXPECT_TRUE(is_service_link("DB_PORT", "tcp://10.0.0.1:5432"));
  EXPECT_FALSE(is_service_link("GATEHOUSE_PORT", "8000"));
  EXPECT_FALSE(is_service_link("GATEHOUSE_PORT_X_TCP", ""));
  EXPECT_FALSE(is_service_link("DB_HOST", "tcp://db"));
}

TEST(NearestName, UpToTwoEditsOfALongName_FindIt) {
  EXPECT_EQ(nearest("SESION_SECRET"), "SESSION_SECRET");
  EXPECT_EQ(nearest("JWT_SECERT"), "JWT_SECRET");
  EXPECT_EQ(nearest("ALOWED_ORIGIN"), "ALLOWED_ORIGINS");
  EXPECT_EQ(nearest("DB_PASWORDD"), "DB_PASSWORD");
  EXPECT_EQ(nearest("PROT"), "PORT");
}

TEST(NearestName, AnythingFarther_FindsNothing) {
  for (const char* name :
       {"", "PATH", "POSTGRES_PASSWORD", "LOG", "TZ", "MY_OWN_THING", "PG_HOST", "WEB_PORT", "DB_POOL"}) {
    EXPECT_EQ(nearest(name), "") << name;
  }
  EXPECT_EQ(nearest(std::string(4096, 'A')), "");
}

}  // namespace
}  // namespace gatehouse::config
