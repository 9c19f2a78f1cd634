#include "api_keys/validation.hpp"

#include <gtest/gtest.h>

#include "api_keys/scope_list.hpp"

namespace gatehouse::api_keys {
namespace {

/// `field: code` of each mistake.
std::vector<std::string> mistakes_in(const KeyRequest& request) {
  std::vector<std::string> mistakes;
  for (const FieldError& error : validate(request)) mistakes.push_back(error.field + ": " + std::string{error.code});
  return mistakes;
}

KeyRequest named(std::string name) { return {.name = std::move(name), .scopes = "auth"}; }
KeyRequest with_scopes(std::string scopes) { return {.name = "shop", .scopes = std::move(scopes)}; }
KeyRequest lasting(std::int64_t time_s) { return {.name = "shop", .scopes = "auth", .expires_in_s = time_s}; }

using Mistakes = std::vector<std::string>;

TEST(ApiKeyValidation, GoodRequest_HasNoMistakes) {
  EXPECT_EQ(mistakes_in({.name = "Shop 🛒", .scopes = "auth users:read", .tells_client = true, .expires_in_s = 1}),
            Mistakes{});
  EXPECT_EQ(mistakes_in(named(std::string(100, 'x'))), Mistakes{});
  EXPECT_EQ(mistakes_in(lasting(lifetime_max.count())), Mistakes{});
}

TEST(ApiKeyValidation, Name_HasItsRules) {
  EXPECT_EQ(mistakes_in(named("")), Mistakes{"name: empty"});
  EXPECT_EQ(mistakes_in(named(" \t")), Mistakes{"name: empty"});
  EXPECT_EQ(mistakes_in(named("a\xff")), Mistakes{"name: not_unicode"});
  EXPECT_EQ(mistakes_in(named(std::string(101, 'x'))), Mistakes{"name: too_long"});
  EXPECT_EQ(mistakes_in(named("a\nb")), Mistakes{"name: control_character"});
  EXPECT_EQ(mistakes_in(named("a\u009b31m")), Mistakes{"name: control_character"});
}

// Logs and the audit trail could not tell such a key from those of the settings.
TEST(ApiKeyValidation, NameOfOtherCallers_IsRefused) {
  EXPECT_EQ(mistakes_in(named("API_KEY")), Mistakes{"name: invalid"});
  EXPECT_EQ(mistakes_in(named("TRUSTED_PROXIES")), Mistakes{"name: invalid"});
}

TEST(ApiKeyValidation, NameThatLooksLikeThem_WasAccepted) {
  for (const char* name : {" API_KEY", "API_KEY\u200b", "\uff21PI_KEY", "api_key"}) {
    EXPECT_EQ(mistakes_in(named(name)), Mistakes{"name: invalid"}) << name;
  }
}

TEST(ApiKeyValidation, Scopes_AreKnownWordsWithSingleBlanks) {
  EXPECT_EQ(mistakes_in(with_scopes("")), Mistakes{"scopes: empty"});
  for (const char* text : {" ", "auth ", " auth", "auth  users:read", "auth,users:read", "users", "Auth", "auth\x01"}) {
    EXPECT_EQ(mistakes_in(with_scopes(text)), Mistakes{"scopes: invalid"}) << text;
  }
}

TEST(ApiKeyValidation, Time_IsBounded) {
  for (const std::int64_t time_s : {std::int64_t{0}, std::int64_t{-1}, lifetime_max.count() + 1}) {
    EXPECT_EQ(mistakes_in(lasting(time_s)), Mistakes{"expiresIn: out_of_range"}) << time_s;
  }
}

TEST(ApiKeyValidation, EveryMistake_IsToldAtOnce) {
  EXPECT_EQ(mistakes_in({.name = "", .scopes = "", .expires_in_s = 0}),
            (Mistakes{"name: empty", "scopes: empty", "expiresIn: out_of_range"}));
}

TEST(ScopeList, Text_IsReadAsItIsWritten) {
  for (std::size_t i = 0; i < scope_count; ++i) {
    const Scopes one{static_cast<Scope>(i), Scope::metrics};
    const ScopeList list = read_scopes(to_text(one));
    EXPECT_EQ(list.known, one);
    EXPECT_FALSE(list.unknown);
  }
  EXPECT_EQ(to_text(Scopes{Scope::users_read, Scope::auth}), "auth users:read");
  EXPECT_EQ(to_text(Scopes{Scope::admin}), "admin") << "and not what it includes";
}

TEST(ScopeList, UnknownWord_GrantsNothing) {
  const ScopeList list = read_scopes("auth of:later");
  EXPECT_EQ(list.known, Scopes{Scope::auth});
  EXPECT_EQ(list.unknown, "of:later");
}

}  // namespace
}  // namespace gatehouse::api_keys
