#include "api/entity_tag.hpp"

#include <gtest/gtest.h>

namespace gatehouse::api {
namespace {

using Versions = std::vector<std::int64_t>;

TEST(EntityTag, IsFoundAmongOthers) {
  for (const char* header : {R"("a")", R"(W/"a")", R"("b", "a")", R"("b","a","c")", R"( "a" )", "*", " * "}) {
    EXPECT_TRUE(names_entity_tag(header, R"("a")")) << header;
  }
  for (const char* header : {"", ",", "a", R"("b")", R"("a)", R"(w/"a")", R"("a" "b")", R"("A")"}) {
    EXPECT_FALSE(names_entity_tag(header, R"("a")")) << header;
  }
}

TEST(EntityTag, OfAUser_SaysWhoAndWhichVersion) {
  users::User user;
  user.id = UserId{7};
  user.version = 3;
  EXPECT_EQ(entity_tag_of(user), R"("7-3")");
}

TEST(VersionsNamed, Star_IsAny) { EXPECT_EQ(versions_named(" * ", UserId{7}), std::nullopt); }

TEST(VersionsNamed, OnlyStrongTagsOfTheUserCount) {
  EXPECT_EQ(versions_named(R"("7-3")", UserId{7}), Versions{3});
  EXPECT_EQ(versions_named(R"("7-3" , W/"7-4","8-5", "7-6")", UserId{7}), (Versions{3, 6}));
  for (const char* header : {"", "7-3", R"("7-3)", R"("77-3")", R"("7-")", R"("7-x")", R"("7-3x")", R"("7-+3")",
                             R"("7-99999999999999999999")", R"("")", R"(")"}) {
    EXPECT_EQ(versions_named(header, UserId{7}), Versions{}) << header;
  }
}

}  // namespace
}  // namespace gatehouse::api
