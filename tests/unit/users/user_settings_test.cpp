#include "users/user_settings.hpp"

#include <gmock/gmock.h>

#include "support/section_reading.hpp"

namespace gatehouse::users {
namespace {

using config::Environment;
using gatehouse::testing::read_section;
using ::testing::HasSubstr;

TEST(UserSettings, VerifiedEmails_AreRequiredOnlyIfAskedFor) {
  EXPECT_FALSE(read_section(user_section(), {}).settings.require_verified_email);
  EXPECT_TRUE(read_section(user_section(), {{"REQUIRE_VERIFIED_EMAIL", "true"}}).settings.require_verified_email);
}

TEST(UserSettings, VerifiedEmailsWithoutAMailServer_KeepEverybodyOutInProduction) {
  const auto read = read_section(user_section(), {{"REQUIRE_VERIFIED_EMAIL", "true"}}, Environment::production);
  EXPECT_THAT(read.mistakes(), HasSubstr("SMTP_URL is not set"));
}

}  // namespace
}  // namespace gatehouse::users
