#include <gmock/gmock.h>

#include "contract/feature_fixture.hpp"
#include "users/user_search_store.hpp"

namespace gatehouse::users {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UserSearchTest : public testing::FeatureFixture {
 protected:
  struct Person {
    std::string first_name;
    std::string last_name;
    std::string email;
  };
  /// Each user is newer than the one before.
  std::int64_t add(Person person) {
    clock_.advance(seconds{1});
    NewUser user{.first_name = std::move(person.first_name),
                 .last_name = std::move(person.last_name),
                 .email = std::move(person.email),
                 .password = {}};
    return commit(UserStore::insert(std::move(user), "$hash", clock_.now())).id.value;
  }
  std::vector<std::int64_t> found(std::string beginning) {
    std::vector<std::int64_t> ids;
    for (const User& user : run(search_.find(std::move(beginning)))) ids.push_back(user.id.value);
    return ids;
  }

  UserSearchStore search_{*database_};
};

INSTANTIATE_TEST_SUITE_P(Databases, UserSearchTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(UserSearchTest, BeginningOfAddressOrName_FindsNewestFirst) {
  const auto first = add({"Ann", "Lee", "a1@example.com"});
  const auto last = add({"Kofi", "ANNAN", "b1@example.com"});
  const auto address = add({"Joe", "Doe", "Annie@example.com"});
  const auto all = add({"Anna", "Anning", "ann@example.com"});
  add({"Joann", "O'Ann", "x.ann@example.com"});
  for (const char* beginning : {"ann", "ANN", "  Ann\n"}) {
    EXPECT_THAT(found(beginning), ElementsAre(all, address, last, first)) << beginning;
  }
  EXPECT_THAT(found("annie"), ElementsAre(address));
  EXPECT_THAT(found("annb"), IsEmpty());
}

TEST_P(UserSearchTest, SignsOfPatterns_StandForThemselves) {
  add({"Ax", "A", "b@example.com"});
  const auto signs = add({"A_%\\", "A", "c@example.com"});
  for (const char* beginning : {"a_", "a_%", "a_%\\"}) EXPECT_THAT(found(beginning), ElementsAre(signs)) << beginning;
  EXPECT_THAT(found("%"), IsEmpty());
  EXPECT_THAT(found("_"), IsEmpty());
}

TEST_P(UserSearchTest, OrderOfBytes_IsThatOfEachDatabase) {
  const auto first = add({"a-b", "x", "1@example.com"});
  const auto second = add({"ab", "x", "2@example.com"});
  const auto third = add({"a\xF0\x9F\x90\x98", "x", "3@example.com"});
  EXPECT_THAT(found("a-"), ElementsAre(first));
  EXPECT_THAT(found("ab"), ElementsAre(second));
  EXPECT_THAT(found("a"), ElementsAre(third, second, first));
}

TEST_P(UserSearchTest, AddressBeyondAscii_IsFoundInAnyForm) {
  const auto user = add({"\xC3\x89mile", "Zola",
                         "\xC3\x89mile@b\xC3\xBC"
                         "cher.example"});
  for (const char* beginning : {"\xC3\xA9mile@", "\xC3\x89MILE", "e\xCC\x81mile"}) {
    EXPECT_THAT(found(beginning), ElementsAre(user)) << beginning;
  }
}

TEST_P(UserSearchTest, TextThatNoRowCanHold_FindsNobody) {
  add({"Ann", "Lee", "a@example.com"});
  for (const std::string& text : {std::string{"a\0", 2}, std::string{"\xFF"}, std::string(2000, 'a')}) {
    EXPECT_THAT(found(text), IsEmpty());
  }
}

TEST_P(UserSearchTest, MoreThanAPage_AreNotAllFound) {
  for (std::int64_t i = 0; i < UserSearchStore::users_max + 20; ++i) {
    add({"Ann", "Lee", "ann" + std::to_string(i) + "@example.com"});
  }
  EXPECT_EQ(found("ann").size(), UserSearchStore::users_max);
}

}  // namespace
}  // namespace gatehouse::users
