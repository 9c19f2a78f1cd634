#include "lockout/account_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace gatehouse::lockout {
namespace {

template <class... Texts>
std::vector<SecretString> secrets(Texts... texts) {
  std::vector<SecretString> list;
  (list.emplace_back(texts), ...);
  return list;
}

constexpr auto one = "0123456789abcdef0123456789abcdef";
constexpr auto another = "fedcba9876543210fedcba9876543210";
const std::vector<SecretString> secret = secrets(one);
const std::vector<SecretString> other = secrets(another);

TEST(AccountKeys, SameUser_HasOneKeyPerSecret) {
  const AccountKeys keys{secret};
  const AccountKeys others{other};
  EXPECT_EQ(keys.of_user(UserId{1}), AccountKeys{secret}.of_user(UserId{1}));
  EXPECT_NE(keys.of_user(UserId{1}), keys.of_user(UserId{2}));
  EXPECT_NE(keys.of_user(UserId{1}), others.of_user(UserId{1}));
  EXPECT_EQ(keys.of_user(UserId{1}).size(), AccountKeys::key_bytes);
}

TEST(AccountKeys, SecretsInAnotherOrder_LeaveTheUserTheSameKeys) {
  const AccountKeys before{secrets(one, another)};
  const AccountKeys after{secrets(another, one)};
  EXPECT_EQ(before.of_user(UserId{1}), AccountKeys{secret}.of_user(UserId{1}));
  EXPECT_EQ(after.of_user(UserId{1}), AccountKeys{other}.of_user(UserId{1}));
  EXPECT_THAT(before.all_of_user(UserId{1}), testing::UnorderedElementsAreArray(after.all_of_user(UserId{1})));
}

TEST(AccountKeys, SameTextAsSource_HasAnother) {
  const AccountKeys keys{secret};
  EXPECT_NE(keys.of_user(UserId{1}), keys.of_source("1"));
}

TEST(AccountKeys, TextOfAnyLength_HasAKey) {
  EXPECT_EQ(AccountKeys{secret}.of_nobody(std::string(65'536, 'x')).size(), AccountKeys::key_bytes);
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
