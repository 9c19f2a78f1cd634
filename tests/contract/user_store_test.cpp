#include "users/user_store.hpp"

#include <gtest/gtest.h>

#include <set>

#include "contract/feature_fixture.hpp"
#include "users/email.hpp"

namespace gatehouse::users {
namespace {

using database::Statement;
using std::chrono::seconds;

constexpr Statement stored_password{"test_stored_password", "SELECT password_hash, salt FROM users WHERE id = $1"};
constexpr Statement kept_password{"test_kept_password",
                                  "SELECT password_hash, salt FROM express_passwords WHERE user_id = $1"};

class UserStoreTest : public testing::FeatureFixture {
 protected:
  std::string hash_of(UserId id) { return std::string{select(stored_password, {id.value})[0].text(0)}; }

  UserStore store_{*database_};
};

INSTANTIATE_TEST_SUITE_P(Databases, UserStoreTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(UserStoreTest, InsertedUser_IsFoundAsItWasGiven) {
  NewUser user{
      .first_name = "Zo\xC3\xAB", .last_name = "O'Brien; DROP TABLE users", .email = "Zoe@Example.com", .password = {}};
  const auto inserted = commit(UserStore::insert(std::move(user), "$hash", clock_.now()));
  EXPECT_GT(inserted.id.value, 0);
  const auto found = run(store_.find(inserted.id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, inserted.id);
  EXPECT_EQ(found->first_name, "Zo\xC3\xAB");
  EXPECT_EQ(found->last_name, "O'Brien; DROP TABLE users");
  EXPECT_EQ(found->email, "Zoe@Example.com");
  EXPECT_EQ(found->created_at, clock_.now());
  EXPECT_EQ(found->updated_at, clock_.now());
}

TEST_P(UserStoreTest, UnknownId_IsNotFound) { EXPECT_FALSE(run(store_.find(UserId{4711}))); }

TEST_P(UserStoreTest, SameEmailInAnotherCase_ViolatesUniqueness) {
  add_user("john@example.com");
  NewUser user{.first_name = "J", .last_name = "D", .email = "JOHN@Example.com", .password = {}};
  database::Changes changes;
  const auto inserted = changes.add(UserStore::insert(std::move(user), "$hash", clock_.now()));
  const auto committed = run(database_->commit_unless(std::move(changes), email_is_unique));
  ASSERT_FALSE(committed) << committed->result(inserted).email;
  EXPECT_TRUE(email_is_unique.is_violated_by(committed.error()));
}

TEST_P(UserStoreTest, Credentials_AreFoundByAnyTypedForm) {
  const auto id = add_user("John@example.com", "$phc");
  const auto credentials = run(store_.find_credentials("  jOHN@EXAMPLE.com\n"));
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->id, id);
  EXPECT_EQ(credentials->password_hash, "$phc");
  EXPECT_EQ(credentials->salt, std::nullopt);
  EXPECT_TRUE(run(store_.email_exists("JOHN@example.com")));
}

// PostgreSQL once took the letter v for a blank: vera@example.dev and era@example.de were one account.
TEST_P(UserStoreTest, EmailWithAnyCharacterAtItsEnds_HasTheKeyOfEmailKey) {
  static constexpr Statement key_of{"test_email_key", "SELECT email_key FROM users WHERE id = $1"};
  for (char c = 1; c < 127; ++c) {
    const std::string email = c + std::string{"era"} + std::to_string(c) + "@example.de" + c;
    EXPECT_EQ(select(key_of, {add_user(email).value})[0].text(0), email_key(email)) << static_cast<int>(c);
  }
}

// NFC and NFD, letters beyond ASCII in both cases, and a domain in its two forms once made two accounts of one mailbox.
TEST_P(UserStoreTest, EmailBeyondAsciiInAnotherSpelling_IsTheSameAccount) {
  const auto id = add_user("J\u00DCRGEN@m\u00FCnchen.example");
  for (const char* spelling : {"j\u00FCrgen@M\u00DCnchen.example", "ju\u0308rgen@mu\u0308nchen.example",
                               "J\u00FCrgen@xn--mnchen-3ya.example", "\uFF2A\u00FCrgen@m\u00FCnchen.example"}) {
    EXPECT_EQ(run(store_.find_credentials(spelling))->id, id) << spelling;
    database::Changes changes;
    NewUser user{.first_name = "A", .last_name = "B", .email = spelling, .password = {}};
    const auto inserted = changes.add(UserStore::insert(std::move(user), "$hash", clock_.now()));
    const auto committed = run(database_->commit_unless(std::move(changes), email_is_unique));
    ASSERT_FALSE(committed) << spelling << committed->result(inserted).email;
  }
  EXPECT_FALSE(run(store_.find_credentials("jurgen@m\u00FCnchen.example")));
}

TEST_P(UserStoreTest, ChangedEmail_IsFoundByItsSpellingsAndTheOldOneByNone) {
  const auto id = add_user("J\u00DCRGEN@x.example");
  const auto change = [&](std::string email) {
    UserChanges changes;
    changes.email = std::move(email);
    ASSERT_TRUE(run(database_->commit(UserStore::update(id, changes, clock_.now()))));
  };
  change("\u00C9mile@x.example");
  EXPECT_TRUE(run(store_.email_exists("E\u0301MILE@x.example")));
  EXPECT_FALSE(run(store_.email_exists("j\u00FCrgen@x.example")));
  change("emile@x.example");
  EXPECT_TRUE(run(store_.email_exists("EMILE@x.example")));
  EXPECT_FALSE(run(store_.email_exists("\u00C9mile@x.example")));
  change("J\u00DCRGEN@x.example");
  EXPECT_TRUE(run(store_.email_exists("j\u00FCrgen@x.example")));
}

TEST_P(UserStoreTest, TextThatIsNoEmail_FindsNobody) {
  add_user("john@example.com");
  for (const std::string& email :
       {std::string{}, std::string("john@example.com\0", 17), std::string{"\xFF@example.com"},
        std::string(100'000, 'a'), std::string{"' OR 1=1 --"}, std::string{"%"}}) {
    EXPECT_FALSE(run(store_.find_credentials(email)));
  }
}

TEST_P(UserStoreTest, Pages_AreNewestFirstAndCoverEveryUserOnce) {
  std::vector<UserId> expected;
  for (int i = 0; i < 10; ++i) {
    if (i % 3 == 0) clock_.advance(seconds{1});
    expected.insert(expected.begin(), add_user("user" + std::to_string(i) + "@example.com"));
  }
  std::vector<UserId> found;
  std::optional<PagePosition> position;
  while (true) {
    const auto page = run(store_.page(position, 4));
    ASSERT_LE(page.size(), 4u);
    if (page.empty()) break;
    for (const auto& user : page) found.push_back(user.id);
    position = PagePosition{page.back().created_at, page.back().id};
  }
  EXPECT_EQ(found, expected);
}

TEST_P(UserStoreTest, Update_ChangesTheGivenFieldsAndTheTime) {
  const auto id = add_user("john@example.com", "$phc");
  const auto created_at = clock_.now();
  clock_.advance(seconds{5});
  UserChanges changes;
  changes.last_name = "Byron";
  const auto updated = commit(UserStore::update(id, changes, clock_.now()));
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->first_name, "Ada");
  EXPECT_EQ(updated->last_name, "Byron");
  EXPECT_EQ(updated->email, "john@example.com");
  EXPECT_EQ(updated->created_at, created_at);
  EXPECT_EQ(updated->updated_at, clock_.now());
  EXPECT_EQ(hash_of(id), "$phc");

  changes = {};
  changes.first_name = "Augusta";
  changes.email = "augusta@example.com";
  const auto again = commit(UserStore::update(id, changes, clock_.now()));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->first_name, "Augusta");
  EXPECT_EQ(again->last_name, "Byron");
  EXPECT_TRUE(run(store_.email_exists("augusta@example.com")));
  EXPECT_FALSE(run(store_.email_exists("john@example.com")));
}

TEST_P(UserStoreTest, UpdateOrRemovalOfNobody_TouchesNoRow) {
  UserChanges changes;
  changes.last_name = "Byron";
  EXPECT_FALSE(commit(UserStore::update(UserId{99}, changes, clock_.now())));
  EXPECT_FALSE(commit(UserStore::remove(UserId{99})));
}

TEST_P(UserStoreTest, SetPassword_ReplacesHashAndSalt) {
  const auto id = add_express_user("john@example.com", "beef", "salt");
  EXPECT_TRUE(run(store_.express_hashes_present()));
  commit(UserStore::set_password(id, "$new", clock_.now()));
  const auto row = select(stored_password, {id.value});
  EXPECT_EQ(row[0].text(0), "$new");
  EXPECT_TRUE(row[0].is_null(1));
  EXPECT_FALSE(run(store_.express_hashes_present()));
}

TEST_P(UserStoreTest, ReplaceHash_OnlyReplacesTheVerifiedOne) {
  const auto id = add_user("john@example.com", "$old");
  commit(UserStore::replace_hash(id, "$other", "$new"));
  EXPECT_EQ(hash_of(id), "$old");
  commit(UserStore::replace_hash(id, "$old", "$new"));
  EXPECT_EQ(hash_of(id), "$new");
}

TEST_P(UserStoreTest, Lock_ChangesNothing) {
  const auto id = add_user("john@example.com", "$old");
  commit(UserStore::lock(id, "$other"));
  commit(UserStore::lock(id, "$old"));
  EXPECT_EQ(hash_of(id), "$old");
}

TEST_P(UserStoreTest, KeptExpressPassword_IsTheFirstOneAndGoesWithTheUser) {
  const auto id = add_user("john@example.com", "$new");
  commit(UserStore::keep_express_password(id, "beef", "salt", "$stale"));
  EXPECT_TRUE(select(kept_password, {id.value}).empty());
  commit(UserStore::keep_express_password(id, "beef", "salt", "$new"));
  commit(UserStore::keep_express_password(id, "cafe", "other", "$new"));
  const auto kept = select(kept_password, {id.value});
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].text(0), "beef");
  EXPECT_EQ(kept[0].text(1), "salt");
  EXPECT_TRUE(commit(UserStore::remove(id)));
  EXPECT_TRUE(select(kept_password, {id.value}).empty());
}

TEST_P(UserStoreTest, DropExpressPassword_ForgetsIt) {
  const auto id = add_user("john@example.com", "$new");
  commit(UserStore::keep_express_password(id, "beef", "salt", "$new"));
  commit(UserStore::drop_express_password(id));
  EXPECT_TRUE(select(kept_password, {id.value}).empty());
}

TEST_P(UserStoreTest, IdsBeyond32Bits_AreGivenAndFound) {
  const std::int64_t last = std::int64_t{1} << 32;
  begin_ids_after(last);
  const auto id = add_express_user("john@example.com", "beef", "salt");
  EXPECT_EQ(id.value, last + 1);
  EXPECT_EQ(run(store_.find(id))->id, id);
  EXPECT_EQ(run(store_.find_credentials("john@example.com"))->id, id);
  EXPECT_EQ(run(store_.page(PagePosition{clock_.now(), UserId{id.value + 1}}, 1)).at(0).id, id);
  commit(UserStore::keep_express_password(id, "beef", "salt", "beef"));
  EXPECT_EQ(select(kept_password, {id.value}).size(), 1u);
  EXPECT_TRUE(commit(UserStore::remove(id)));
}

TEST_P(UserStoreTest, ForgetExpressPasswords_MoreThanOneStatementTakes_LeavesNone) {
  static constexpr database::Write insert{
      "test_insert_kept_passwords",
      "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1) "
      "INSERT INTO users (first_name, last_name, email, created_at, updated_at) "
      "SELECT 'Ada', 'Lovelace', CAST(n AS text), $2, $2 FROM numbers",
      database::announces_nothing};
  static constexpr database::Write keep{"test_keep_passwords",
                                        "INSERT INTO express_passwords SELECT id, 'a', 'b' FROM users",
                                        database::announces_nothing};
  const std::int64_t rows = UserStore::forget_rows_max + 1;
  execute(insert, {rows, clock_.now()});
  execute(keep, {});
  EXPECT_EQ(run(store_.count_express_passwords()), rows);
  EXPECT_EQ(run(store_.forget_express_passwords()), rows);
  EXPECT_EQ(run(store_.count_express_passwords()), 0);
  EXPECT_EQ(run(store_.forget_express_passwords()), 0);
}

}  // namespace
}  // namespace gatehouse::users
