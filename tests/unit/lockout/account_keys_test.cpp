#include "lockout/account_keys.hpp"

#include <gtest/gtest.h>

#include <set>

namespace gatehouse::lockout {
namespace {

const SecretString secret{"0123456789abcdef0123456789abcdef"};

TEST(AccountKeys, SameEmail_HasOneKeyPerSecret) {
  const AccountKeys keys{secret};
  const AccountKeys others{SecretString{"fedcba9876543210fedcba9876543210"}};
  EXPECT_EQ(keys.of_user("ada@example.com"), AccountKeys{secret}.of_user("ada@example.com"));
  EXPECT_NE(keys.of_user("ada@example.com"), keys.of_user("eve@example.com"));
  EXPECT_NE(keys.of_user("ada@example.com"), others.of_user("ada@example.com"));
  EXPECT_EQ(keys.of_user("ada@example.com").size(), AccountKeys::key_bytes);
}

TEST(AccountKeys, SameTextAsSource_HasAnother) {
  const AccountKeys keys{secret};
  EXPECT_NE(keys.of_user("4 1"), keys.of_source("4 1"));
}

TEST(AccountKeys, EmailsOfNobody_ShareAtMost65536Keys) {
  const AccountKeys keys{secret};
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = keys.of_nobody(std::to_string(i) + "@example.com");
    EXPECT_EQ(key.substr(2), std::string(14, '\0'));
    seen.insert(key);
  }
  EXPECT_GT(seen.size(), 900u);
}

}  // namespace
}  // namespace gatehouse::lockout
