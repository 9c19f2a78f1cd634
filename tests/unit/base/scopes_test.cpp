#include "base/scopes.hpp"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Scopes, Set_CoversWhatItHas) {
  constexpr Scopes reader{Scope::users_read, Scope::sessions_read};
  EXPECT_FALSE(reader.first_missing({Scope::users_read}));
  EXPECT_FALSE(reader.first_missing({Scope::sessions_read, Scope::users_read}));
  EXPECT_FALSE(reader.first_missing({}));
  EXPECT_EQ(reader.first_missing({Scope::users_read, Scope::users_write}), Scope::users_write);
  EXPECT_EQ(reader.first_missing({Scope::admin}), Scope::admin);
}

TEST(Scopes, Admin_CoversEveryScope) {
  constexpr Scopes admin{Scope::admin};
  for (std::size_t i = 0; i < scope_count; ++i) EXPECT_FALSE(admin.first_missing({static_cast<Scope>(i)}));
}

// Whoever may have sessions checked may know which of them have ended.
TEST(Scopes, Auth_CoversTheFeed) {
  EXPECT_FALSE(Scopes{Scope::auth}.first_missing({Scope::revocations_read}));
  EXPECT_EQ(Scopes{Scope::revocations_read}.first_missing({Scope::auth}), Scope::auth);
}

TEST(Scopes, Names_AreThoseOfTheDescription) {
  EXPECT_EQ(to_text(Scope::auth), "auth");
  EXPECT_EQ(to_text(Scope::users_write), "users:write");
  EXPECT_EQ(to_text(Scope::forward_auth), "forward-auth");
  EXPECT_EQ(to_text(Scope::admin), "admin");
}

TEST(Scopes, Text_IsReadAsItIsWritten) {
  for (std::size_t i = 0; i < scope_count; ++i) {
    EXPECT_EQ(read_scope(to_text(static_cast<Scope>(i))), static_cast<Scope>(i));
  }
  EXPECT_EQ(read_scope("Auth"), std::nullopt);
  EXPECT_EQ(read_scope(""), std::nullopt);
}

TEST(Scopes, Set_NamesWhatWasPutIn) {
  Scopes scopes{Scope::admin};
  EXPECT_FALSE(scopes.names(Scope::auth)) << "it only includes it";
  scopes.add(Scope::auth);
  EXPECT_TRUE(scopes.names(Scope::auth));
  EXPECT_TRUE(scopes.names(Scope::admin));
}

}  // namespace
}  // namespace gatehouse
