#include "redis/redis_settings.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::redis {
namespace {

RedisSettings settings_of(std::string_view url) {
  RedisSettings settings;
  const auto read = read_redis_url(settings, url);
  EXPECT_TRUE(read) << url << ": " << (read ? "" : read.error().expectation);
  return settings;
}

std::string refusal_of(std::string_view url) {
  RedisSettings settings;
  const auto read = read_redis_url(settings, url);
  return read ? "none" : read.error().expectation;
}

TEST(RedisUrl, HostAlone_HasTheDefaults) {
  const RedisSettings settings = settings_of("redis://cache.internal");
  EXPECT_EQ(settings.servers, (std::vector<ServerAddress>{{"cache.internal", 6379}}));
  EXPECT_TRUE(settings.user.empty());
  EXPECT_TRUE(settings.password.empty());
  EXPECT_EQ(settings.database, 0U);
  EXPECT_FALSE(settings.tls);
  EXPECT_EQ(settings.name(), "cache.internal:6379");
}

TEST(RedisUrl, EveryPart_IsRead) {
  const RedisSettings settings = settings_of("rediss://gate:p%40ss:w/rd@[::1]:6380/3");
  EXPECT_EQ(settings.servers, (std::vector<ServerAddress>{{"::1", 6380}}));
  EXPECT_EQ(settings.user, "gate");
  EXPECT_EQ(settings.password.reveal(), "p@ss:w/rd");
  EXPECT_EQ(settings.database, 3U);
  EXPECT_TRUE(settings.tls);
  EXPECT_EQ(settings.name(), "[::1]:6380");
}

TEST(RedisUrl, PasswordAlone_IsThatOfTheDefaultUser) {
  const RedisSettings settings = settings_of("redis://:secret@127.0.0.1/");
  EXPECT_TRUE(settings.user.empty());
  EXPECT_EQ(settings.password.reveal(), "secret");
}

TEST(RedisUrl, Sentinels_NameAMaster) {
  const RedisSettings settings = settings_of("redis+sentinel://gate:secret@a:26380,b/main/2");
  EXPECT_EQ(settings.servers, (std::vector<ServerAddress>{{"a", 26380}, {"b", 26379}}));
  EXPECT_EQ(settings.master, "main");
  EXPECT_EQ(settings.database, 2U);
  EXPECT_EQ(settings.name(), "main by Sentinel at a:26380, b:26379");
}

TEST(RedisUrl, WhatIsNone_IsRefusedWithoutRepeatingIt) {
  EXPECT_EQ(refusal_of("http://a"), "a redis://, rediss:// or redis+sentinel:// URL");
  EXPECT_EQ(refusal_of("redis://"), "a URL with a host");
  EXPECT_EQ(refusal_of("redis://secret@a"),
            "a URL with a password after its user; without a user it is redis://:password@host");
  EXPECT_EQ(refusal_of("redis://:%zz@a"), "correctly percent-encoded in its user or password");
  EXPECT_EQ(refusal_of("redis://a:0"), "a URL with host:port after its user and password");
  EXPECT_EQ(refusal_of("redis://a:65536"), "a URL with host:port after its user and password");
  EXPECT_EQ(refusal_of("redis://[::1"), "a URL with host:port after its user and password");
  EXPECT_EQ(refusal_of("redis://[::1]6379"), "a URL with host:port after its user and password");
  EXPECT_EQ(refusal_of("redis://a/zero"), "a URL that ends with the number of a database");
  EXPECT_EQ(refusal_of("redis://a,b"), "a URL of one server; redis+sentinel:// takes several");
  EXPECT_EQ(refusal_of("redis+sentinel://a"), "a URL that ends with the name by which Sentinel knows the servers");
  EXPECT_EQ(refusal_of("redis+sentinel://" + std::string(33, ',') + "/x"), "a URL with a host");
}

}  // namespace
}  // namespace gatehouse::redis
