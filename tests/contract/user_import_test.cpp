#include "flows/user_import/user_import.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "audit/audit_store.hpp"
#include "base/text.hpp"
#include "contract/login_fixture.hpp"
#include "database/change_observer.hpp"
#include "flows/hash_wrapping/hash_wrapping.hpp"
#include "passwords/hashing.hpp"
#include "support/run_until.hpp"
#include "support/vectors.hpp"

namespace gatehouse::flows {
namespace {

using users::ImportProgress;
using users::OnConflict;

constexpr std::string_view battery = "correct horse battery";

std::string cheap_hash(std::string_view password, const passwords::PhcFormat& format) {
  return passwords::to_text(passwords::hash_password(password, format, "0123456789abcdef"));
}

std::string line_of(const std::string& email, const std::string& more = "") {
  return R"({"email":")" + email + "\"" + more + "}\n";
}

std::string with_hash(const std::string& hash) { return R"(,"password_hash":")" + hash + "\""; }

/// Remembers what a driver's thread tells it.
class ObserverOfManyThreads final : public database::ChangeObserver {
 public:
  void on_feed_proved(BootTime) noexcept override { note("proved"); }
  void on_feed_lost() noexcept override { note("lost"); }
  void on_announcement(const database::Announcement& announcement) noexcept override { note(to_text(announcement)); }
  void on_unknown_change() noexcept override { note("unknown"); }

  [[nodiscard]] bool has_heard(const std::string& text) const {
    const std::scoped_lock lock{mutex_};
    return heard_.contains(text);
  }

 private:
  void note(std::string text) {
    const std::scoped_lock lock{mutex_};
    heard_.insert(std::move(text));
  }

  mutable std::mutex mutex_;
  std::set<std::string> heard_;  ///< guarded by mutex_
};

class UserImportTest : public testing::LoginFixture {
 protected:
  UserImport importer(OnConflict rule, std::string file = "file") {
    return UserImport{{*database_, *bulk_, shared_.passwords, clock_},
                      {.file_sha256 = std::move(file), .on_conflict = rule},
                      origin_};
  }

  std::expected<ImportProgress, ImportError> store_next(UserImport& import, users::RecordReader& reader,
                                                        ImportProgress from) {
    clock_.advance(std::chrono::seconds{1});
    ImportBatch batch = read_batch(reader, rules_);
    std::size_t next = 0;
    run(import.hash_passwords(batch, next));
    return run(import.store(batch, from));
  }

  std::expected<ImportProgress, ImportError> import_text(const std::string& text, OnConflict rule = OnConflict::fail) {
    UserImport import = importer(rule, "file " + std::to_string(++files_));
    std::istringstream in{text};
    users::RecordReader reader{in, users::RecordFormat::jsonl};
    EXPECT_TRUE(reader.begin());
    std::expected<ImportProgress, ImportError> progress = run(import.begin(false));
    while (progress && !progress->is_complete) progress = store_next(import, reader, *progress);
    return progress;
  }

  std::vector<users::User> all_users() {
    auto found = run(users::UserStore{*database_}.page(std::nullopt, 1000));
    std::ranges::sort(found, {}, &users::User::id);
    return found;
  }

  std::vector<std::string> import_events() {
    std::vector<std::string> details;
    for (const auto& event :
         run(audit::AuditStore{*database_}.page({.type = "user.imported"}, std::nullopt, 100)).events) {
      details.push_back(event.details.value_or(""));
    }
    std::ranges::reverse(details);
    return details;
  }

  int files_ = 0;
  std::unique_ptr<database::BulkDatabase> bulk_ = backend_->provider().open_bulk(io_);
  passwords::PasswordRules rules_{passwords::PasswordSettings{}};
};

INSTANTIATE_TEST_SUITE_P(Databases, UserImportTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(UserImportTest, UsersWithHashesOfEachFormat_LogIn) {
  const std::string salt = "5a";
  const std::string express = to_hex(passwords::pbkdf2_sha512(battery, salt, 10'000, 64));
  const auto done = import_text(
      line_of("argon@b.cd", with_hash(cheap_hash(battery, passwords::Argon2idCost{.memory_kib = 64, .passes = 1}))) +
      line_of("pbkdf@b.cd", with_hash(cheap_hash(battery, passwords::Pbkdf2Cost{.iterations = 7}))) +
      line_of("express@b.cd", with_hash(express) + R"(,"salt":"5a")") +
      line_of("plain@b.cd", R"(,"password":"correct horse battery")"));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->accepted, 4);
  for (const char* email : {"argon@b.cd", "pbkdf@b.cd", "express@b.cd", "plain@b.cd"}) {
    EXPECT_TRUE(login(email, battery)) << email;
    EXPECT_FALSE(login(email, "another password")) << email;
  }
}

TEST_P(UserImportTest, UsersOfOtherPrograms_LogInAndGetHashesOfOurs) {
  std::string text;
  std::vector<std::pair<std::string, std::string>> logins;
  const auto vectors = testing::load_vectors("foreign/password-hashes.json");
  for (const auto& one : vectors.at("hashes").as_array()) {
    const std::string email = "user" + std::to_string(logins.size()) + "@b.cd";
    const bool has_salt = one.as_object().contains("salt");
    const std::string salt = has_salt ? R"(,"salt":")" + testing::text_of(one, "salt") + "\"" : "";
    const std::string format = R"(,"hash_format":")" + testing::text_of(one, "format") + "\"";
    text += line_of(email, with_hash(testing::text_of(one, "hash")) + salt + format);
    logins.emplace_back(email, testing::text_of(one, "password"));
  }
  const auto done = import_text(text);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->accepted, static_cast<std::int64_t>(logins.size()));
  // A failing login takes as long as the slowest format, so a few are enough.
  for (std::size_t i = 0; i < logins.size(); i += 9) EXPECT_FALSE(login(logins[i].first, "x" + logins[i].second)) << i;
  for (const auto& [email, password] : logins) {
    EXPECT_TRUE(login(email, password)) << email;
    EXPECT_TRUE(credentials(email).password_hash->starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << email;
    EXPECT_TRUE(login(email, password)) << email;
  }
}

// Half of them log in before the job, half of them after it.
TEST_P(UserImportTest, HashesThatAreQuickToMake_AreWrappedAndTheirUsersLogIn) {
  const std::string md5_of_password = "5f4dcc3b5aa765d61d8327deb882cf99";
  std::string text;
  for (int i = 0; i < 30; ++i) text += line_of("user" + std::to_string(i) + "@b.cd", with_hash(md5_of_password));
  ASSERT_TRUE(import_text(text));
  HashWrapping wrapping{*database_, shared_.passwords};
  EXPECT_EQ(run(wrapping.count()), 30);
  for (int i = 0; i < 15; ++i) {
    const std::string email = "user" + std::to_string(i) + "@b.cd";
    EXPECT_FALSE(login(email, "passwore")) << email;
    EXPECT_TRUE(login(email, "password")) << email;
    EXPECT_TRUE(credentials(email).password_hash->starts_with("$argon2id$")) << email;
  }
  EXPECT_EQ(run(wrapping.count()), 15);
  auto batch = run(wrapping.read(UserId{0}));
  ASSERT_EQ(batch.size(), 15U);
  std::size_t next = 0;
  run(wrapping.wrap(batch, next));
  EXPECT_TRUE(login("user15@b.cd", "password")) << "while the job is at work";
  run(wrapping.store(batch));
  EXPECT_EQ(run(wrapping.count()), 0);
  EXPECT_TRUE(run(wrapping.read(UserId{0})).empty());
  EXPECT_TRUE(credentials("user15@b.cd").password_hash->starts_with("$argon2id$"));
  for (int i = 16; i < 30; ++i) {
    const std::string email = "user" + std::to_string(i) + "@b.cd";
    EXPECT_TRUE(credentials(email).password_hash->starts_with("$onion$md5$$argon2id$")) << email;
    EXPECT_FALSE(login(email, "passwore")) << email;
    EXPECT_TRUE(login(email, "password")) << email;
    EXPECT_TRUE(credentials(email).password_hash->starts_with("$argon2id$")) << email;
  }
}

TEST_P(UserImportTest, HashToBeWrappedThatNobodyCanRead_StaysAndHoldsUpNoOther) {
  create("ada@b.cd", battery);
  ASSERT_TRUE(import_text(line_of("bob@b.cd", with_hash("5f4dcc3b5aa765d61d8327deb882cf99"))));
  const auto user = credentials("ada@b.cd").id;
  run(database_->commit(users::UserStore::set_password(user, "$pending_wrap$nothing", clock_.now())));
  HashWrapping wrapping{*database_, shared_.passwords};
  auto batch = run(wrapping.read(UserId{0}));
  ASSERT_EQ(batch.size(), 2U);
  std::size_t next = 0;
  run(wrapping.wrap(batch, next));
  EXPECT_FALSE(batch[0].onion);
  run(wrapping.store(batch));
  EXPECT_EQ(run(wrapping.count()), 1);
  EXPECT_TRUE(login("bob@b.cd", "password"));
}

TEST_P(UserImportTest, Log_IsEmptiedWhereNobodyReads) { EXPECT_TRUE(backend_->provider().empty_log()); }

TEST_P(UserImportTest, Fields_AreStored) {
  ASSERT_TRUE(
      import_text(line_of("ada@b.cd", R"(,"first_name":"Ada","last_name":"King","email_verified":true,"disabled":true,)"
                                      R"("created_at":"2020-02-29T10:00:00.123456Z","locale":"de")") +
                  line_of("bob@b.cd")));
  const auto users = all_users();
  ASSERT_EQ(users.size(), 2U);
  EXPECT_EQ(users[0].first_name + users[0].last_name, "AdaKing");
  EXPECT_EQ(to_unix_us(users[0].created_at), 1'582'970'400'123'456);
  EXPECT_EQ(users[0].disabled_at, clock_.now());
  EXPECT_EQ(users[1].first_name, "");
  EXPECT_EQ(users[1].created_at, clock_.now());
  EXPECT_FALSE(users[1].disabled_at);
  const auto contact = run(users::UserStore{*database_}.find_contact(users[0].id));
  EXPECT_TRUE(contact->is_verified);
  EXPECT_EQ(contact->locale, "de");
  EXPECT_FALSE(run(users::UserStore{*database_}.find_contact(users[1].id))->is_verified);
}

TEST_P(UserImportTest, Ids_ComeInTheOrderOfTheFile) {
  std::string text;
  for (int i = 300; i > 0; --i) text += line_of("user" + std::to_string(i) + "@b.cd");
  ASSERT_TRUE(import_text(text));
  const auto users = all_users();
  ASSERT_EQ(users.size(), 300U);
  for (std::size_t i = 0; i < users.size(); ++i) EXPECT_EQ(users[i].email, "user" + std::to_string(300 - i) + "@b.cd");
}

TEST_P(UserImportTest, AddressBeyondAscii_IsFoundInEachSpelling) {
  ASSERT_TRUE(import_text(line_of("\u00c4da@M\u00fcnchen.example")));
  EXPECT_TRUE(run(users::UserStore{*database_}.email_exists("\u00e4da@m\u00fcnchen.example")));
  EXPECT_EQ(import_text(line_of("\u00e4DA@xn--mnchen-3ya.example")).error(), ImportError::email_taken);
}

TEST_P(UserImportTest, UserWhoExists_IsSkipped) {
  const auto user = create("ada@b.cd", battery);
  const auto done = import_text(line_of("ADA@B.cd", R"(,"first_name":"Eve")") + line_of("bob@b.cd"), OnConflict::skip);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->accepted, 1);
  EXPECT_EQ(done->skipped(), 1);
  EXPECT_EQ(all_users()[0].first_name, user.first_name);
  EXPECT_EQ(all_users().size(), 2U);
}

TEST_P(UserImportTest, UserWhoExists_EndsAnImportThatMustNotMeetOne) {
  create("ada@b.cd", battery);
  EXPECT_EQ(import_text(line_of("bob@b.cd") + line_of("ADA@B.cd")).error(), ImportError::email_taken);
  EXPECT_EQ(all_users().size(), 1U);
  EXPECT_TRUE(import_events().empty());
}

TEST_P(UserImportTest, UserWhoExists_IsChangedToWhatTheRecordSays) {
  const auto user = create("ada@b.cd", battery);
  const auto done = import_text(line_of("ADA@B.cd", R"(,"last_name":"King","locale":"de")"), OnConflict::update);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->accepted, 1);
  const auto changed = all_users()[0];
  EXPECT_EQ(changed.email, "ada@b.cd");
  EXPECT_EQ(changed.first_name, user.first_name);
  EXPECT_EQ(changed.last_name, "King");
  EXPECT_EQ(changed.created_at, user.created_at);
  EXPECT_EQ(changed.updated_at, clock_.now());
  EXPECT_EQ(run(users::UserStore{*database_}.find_account(user.id))->version, 2);
  EXPECT_TRUE(login("ada@b.cd", battery)) << "a record without a password changes none";
}

TEST_P(UserImportTest, UserWhoGetsAnotherPasswordOrIsDisabled_LosesAllSessions) {
  const auto ada = create("ada@b.cd", battery);
  const auto bob = create("bob@b.cd", battery);
  const auto eve = create("eve@b.cd", battery);
  for (const char* email : {"ada@b.cd", "bob@b.cd", "eve@b.cd"}) ASSERT_TRUE(login(email, battery));
  const std::string other = cheap_hash("difference engine", passwords::Argon2idCost{.memory_kib = 8, .passes = 1});
  const std::string same = *credentials("eve@b.cd").password_hash;
  ASSERT_TRUE(import_text(line_of("ada@b.cd", with_hash(other)) + line_of("bob@b.cd", R"(,"disabled":true)") +
                              line_of("eve@b.cd", with_hash(same)),
                          OnConflict::update));
  EXPECT_TRUE(run(sessions_.list(ada.id)).empty());
  EXPECT_TRUE(run(sessions_.list(bob.id)).empty());
  EXPECT_EQ(run(sessions_.list(eve.id)).size(), 1U);
  EXPECT_FALSE(login("ada@b.cd", battery));
  EXPECT_TRUE(login("ada@b.cd", "difference engine"));
  EXPECT_FALSE(login("bob@b.cd", battery));
}

TEST_P(UserImportTest, KeptHashOfTheExpressService_GoesWithAnotherPassword) {
  const std::string hash = to_hex(passwords::pbkdf2_sha512(battery, "5a", 10'000, 64));
  const UserId user = add_express_user("ada@b.cd", hash, "5a");
  ASSERT_TRUE(login("ada@b.cd", battery));
  ASSERT_FALSE(kept_password(user).empty());
  ASSERT_TRUE(import_text(line_of("ada@b.cd", R"(,"password":"difference engine")"), OnConflict::update));
  EXPECT_TRUE(kept_password(user).empty());
  EXPECT_TRUE(login("ada@b.cd", "difference engine"));
}

TEST_P(UserImportTest, TwoRecordsOfOneUser_AreOneUserChangedByTheSecond) {
  const std::string text =
      line_of("ada@b.cd", R"(,"first_name":"Ada")") + line_of("ADA@b.cd", R"(,"last_name":"King")");
  ASSERT_TRUE(import_text(text, OnConflict::update));
  ASSERT_EQ(all_users().size(), 1U);
  EXPECT_EQ(all_users()[0].first_name + all_users()[0].last_name, "AdaKing");
}

TEST_P(UserImportTest, InterruptedImport_GoesOnBehindItsLastBatch) {
  std::string text;
  for (int i = 0; i < 12; ++i) text += line_of("user" + std::to_string(i / 4) + "@b.cd") + (i % 4 == 3 ? "x\n" : "");
  ImportProgress progress;
  int runs = 0;
  do {
    UserImport import = importer(OnConflict::skip);
    std::istringstream in{text};
    users::RecordReader reader{in, users::RecordFormat::jsonl};
    ASSERT_TRUE(reader.begin());
    progress = run(import.begin(false));
    reader.go_to(progress.place);
    progress = store_next(import, reader, progress).value();
    ++runs;
  } while (!progress.is_complete);
  EXPECT_GT(runs, 3);
  EXPECT_EQ(progress.records, 15);
  EXPECT_EQ(progress.accepted, 3);
  EXPECT_EQ(progress.skipped(), 9);
  EXPECT_EQ(progress.refused, 3);
  EXPECT_EQ(progress.place.bytes, text.size());
  EXPECT_EQ(progress.place.lines, 15U);
  EXPECT_EQ(all_users().size(), 3U);
}

TEST_P(UserImportTest, CompleteImport_IsRememberedByFileAndRule) {
  UserImport import = importer(OnConflict::skip);
  std::istringstream in{line_of("ada@b.cd")};
  users::RecordReader reader{in, users::RecordFormat::jsonl};
  const auto begun = run(import.begin(false));
  const auto done = store_next(import, reader, begun).value();
  EXPECT_TRUE(done.is_complete);
  EXPECT_EQ(run(importer(OnConflict::skip).begin(false)).id, done.id);
  EXPECT_TRUE(run(importer(OnConflict::skip).begin(false)).is_complete);
  for (const auto& other :
       {run(importer(OnConflict::update).begin(false)), run(importer(OnConflict::skip, "x").begin(false)),
        run(importer(OnConflict::skip).begin(true))}) {
    EXPECT_NE(other.id, done.id);
    EXPECT_FALSE(other.is_complete);
    EXPECT_EQ(other.place, users::RecordPlace{});
  }
}

TEST_P(UserImportTest, ImportThatAnotherProcessGoesOnWith_StoresNothing) {
  UserImport import = importer(OnConflict::skip);
  const std::string text = line_of("ada@b.cd");
  std::istringstream in{text};
  std::istringstream again{text};
  users::RecordReader reader{in, users::RecordFormat::jsonl};
  users::RecordReader second{again, users::RecordFormat::jsonl};
  const auto begun = run(import.begin(false));
  ASSERT_TRUE(store_next(import, reader, begun));
  EXPECT_EQ(store_next(import, second, begun).error(), ImportError::continued_elsewhere);
  EXPECT_EQ(import_events().size(), 1U);
}

TEST_P(UserImportTest, EachBatch_IsOneEvent) {
  ASSERT_TRUE(import_text("x\n" + line_of("a@b.cd") + line_of("c@d.ef") + line_of("A@b.cd"), OnConflict::skip));
  const auto events = import_events();
  ASSERT_EQ(events.size(), 2U);
  const std::string hash = to_hex("file 1");
  EXPECT_EQ(events[0], R"({"import":1,"fileSha256":")" + hash + R"(","firstLine":2,"lastLine":3,"records":2})");
  EXPECT_EQ(events[1], R"({"import":1,"fileSha256":")" + hash + R"(","firstLine":4,"lastLine":4,"records":1})");
}

TEST_P(UserImportTest, ChangedUser_IsHeardOfByOtherProcesses) {
  const auto user = create("ada@b.cd", battery);
  ObserverOfManyThreads other;
  const auto provider = backend_->another_provider();
  provider->observers().add(other);
  const auto feed = provider->watch(io_);
  const auto hears = [&](const std::string& text) {
    const auto work = boost::asio::make_work_guard(io_);
    return testing::run_until(io_, [&] { return other.has_heard(text); });
  };
  ASSERT_TRUE(hears("proved"));
  const bool is_postgres = schema_->dialect() == database::Dialect::postgres;
  const std::string expected = is_postgres ? "user:" + std::to_string(user.id.value) : "lost";
  EXPECT_FALSE(other.has_heard(expected));
  ASSERT_TRUE(import_text(line_of("ada@b.cd", R"(,"last_name":"King")"), OnConflict::update));
  EXPECT_TRUE(hears(expected));
}

TEST_P(UserImportTest, LinesOfUsersWhoExist_AreFound) {
  create("ada@b.cd", battery);
  std::istringstream in{line_of("bob@b.cd") + line_of("ADA@b.cd")};
  users::RecordReader reader{in, users::RecordFormat::jsonl};
  const ImportBatch batch = read_batch(reader, rules_);
  EXPECT_EQ(run(importer(OnConflict::fail).find_taken_lines(batch)), std::vector<std::uint64_t>{2});
}

}  // namespace
}  // namespace gatehouse::flows
