#include "config/names.hpp"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

TEST(Names, SettingsAndFilesOfSecrets_AreKnown) {
  EXPECT_TRUE(is_known_name("PORT"));
  EXPECT_TRUE(is_known_name("JWT_SECRET_FILE"));
  EXPECT_FALSE(is_known_name("PORT_FILE"));
  EXPECT_FALSE(is_known_name("port"));
  EXPECT_FALSE(is_known_name(""));
}
TEST(Names, ExpressOnlyNames_AreRecognised) {
  for (const char* name : {"DOCS_PORT", "ADMINER_PORT", "DOMAIN", "FRONTEND_URL", "npm_config_cache"})
    EXPECT_TRUE(is_express_name(name)) << name;
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
  EXPECT_EQ(nearest_name("SESION_SECRET"), "SESSION_SECRET");
  EXPECT_EQ(nearest_name("JWT_SECERT"), "JWT_SECRET");
  EXPECT_EQ(nearest_name("ALOWED_ORIGIN"), "ALLOWED_ORIGINS");
  EXPECT_EQ(nearest_name("DB_PASWORDD"), "DB_PASSWORD");
  EXPECT_EQ(nearest_name("PROT"), "PORT");
}
TEST(NearestName, AnythingFarther_FindsNothing) {
  for (const char* name :
       {"", "PATH", "POSTGRES_PASSWORD", "LOG", "TZ", "MY_OWN_THING", "PG_HOST", "WEB_PORT", "DB_POOL"})
    EXPECT_EQ(nearest_name(name), "") << name;
  EXPECT_EQ(nearest_name(std::string(4096, 'A')), "");
}

}  // namespace
}  // namespace gatehouse::config
