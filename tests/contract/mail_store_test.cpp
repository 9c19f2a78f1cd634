#include "mail/mail_store.hpp"

#include <gmock/gmock.h>

#include "contract/mail_fixture.hpp"
#include "jobs/mail_cleanup.hpp"

namespace gatehouse::mail {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class MailStoreTest : public gatehouse::testing::MailFixture {
 protected:
  std::vector<ClaimedMail> claim(const std::string& holder = "one") {
    return commit(MailStore::claim({.holder = holder, .now = clock_.now()}));
  }

  void enqueue_to(Reader reader, std::optional<std::string> dedupe_key = std::nullopt) {
    Letter reset = letter();
    reset.expires_at = clock_.now() + hours{1};
    reset.locale = "de";
    reset.dedupe_key = std::move(dedupe_key);
    commit(outbox_.letter_to(std::move(reader), std::move(reset)));
  }

  MailStore store_{*database_};
};

INSTANTIATE_TEST_SUITE_P(Databases, MailStoreTest, ::testing::ValuesIn(gatehouse::testing::backends()),
                         gatehouse::testing::backend_name);

TEST_P(MailStoreTest, Letter_WaitsInSealedForm) {
  Letter changed = letter(Kind::password_changed);
  changed.locale = "de-ch";
  changed.variables = {{"address", "192.0.2.1"}};
  const UserId ada = add_user("ada@example.com");
  commit(outbox_.letter_to({.user = ada}, std::move(changed)));
  const auto waiting = rows();
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_EQ(waiting[0].state, 0);
  EXPECT_EQ(waiting[0].recipient, "ada@example.com");
  EXPECT_EQ(waiting[0].user, ada.value);
  EXPECT_EQ(waiting[0].locale, "de-ch");
  EXPECT_EQ(waiting[0].next_attempt_at, clock_.now());
  EXPECT_THAT(waiting[0].body.value(), Not(HasSubstr("gtr_canary")));
  const auto opened = outbox_.stationery()->sealer.open(waiting[0].id, "password-changed", waiting[0].body.value());
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->token.equals("gtr_canary"));
  EXPECT_EQ(opened->variables.at("address"), "192.0.2.1");
}

TEST_P(MailStoreTest, LetterOfATransactionThatFails_IsNotThere) {
  static constexpr database::Write failing{"test_fail_after_letter",
                                           "INSERT INTO leases (name, holder, expires_at) VALUES (NULL, '', $1)",
                                           database::announces_nothing};
  database::Changes changes;
  changes.add(outbox_.letter_to_address("ada@example.com", letter()));
  changes.add(database::Change<void>{failing, {clock_.now()}});
  EXPECT_THROW((void)run(database_->commit(std::move(changes))), std::exception);
  EXPECT_THAT(rows(), SizeIs(0));
}

TEST_P(MailStoreTest, SecondLetterWithADedupeKey_IsDropped) {
  for (int i = 0; i < 2; ++i) {
    Letter guessing = letter(Kind::password_guessing);
    guessing.dedupe_key = "guessing:7:2026-11-27";
    enqueue(std::move(guessing));
    enqueue_to({.user = UserId{4711}}, "reset");
  }
  const UserId ada = add_user("ada@example.com");
  enqueue_to({.user = ada}, "reset");
  enqueue_to({.user = ada}, "reset");
  enqueue();
  enqueue();
  EXPECT_THAT(rows(), SizeIs(4));
}

TEST_P(MailStoreTest, LetterToAUser_IsWrittenOnlyIfThereIsOne) {
  const auto ada = add_user("Ada@Example.com", "$ada");
  const auto off = add_user("off@example.com");
  ASSERT_TRUE(commit(users::UserStore::set_disabled(off, clock_.now())));
  enqueue_to({.user = ada, .password_hash = "$ada"});
  enqueue_to({.user = ada, .password_hash = "$other"});
  enqueue_to({.user = off});
  enqueue_to({.user = UserId{0}});
  const auto written = rows();
  ASSERT_THAT(written, SizeIs(1));
  EXPECT_EQ(written[0].user, ada.value);
  EXPECT_EQ(written[0].recipient, "Ada@Example.com");
  EXPECT_EQ(written[0].locale, "de");
  EXPECT_TRUE(outbox_.stationery()->sealer.open(written[0].id, "reset-password", written[0].body.value()));
}

TEST_P(MailStoreTest, Claim_GivesABatchOfWhatIsDue) {
  enqueue_many(25);
  EXPECT_THAT(claim(), SizeIs(MailStore::batch_max));
  EXPECT_THAT(claim("other"), SizeIs(5));
  EXPECT_THAT(claim(), SizeIs(0));
  EXPECT_EQ(run(store_.count_waiting()).count, 25);
}

TEST_P(MailStoreTest, ClaimThatIsOver_PassesToOthers) {
  enqueue();
  ASSERT_THAT(claim("one"), SizeIs(1));
  clock_.advance(MailStore::claim_time);
  EXPECT_THAT(claim("other"), SizeIs(0));
  clock_.advance(microseconds{1});
  const auto taken = claim("other");
  ASSERT_THAT(taken, SizeIs(1));
  const MailId id = taken[0].id;
  commit(MailStore::mark_sent(id, {.holder = "one", .now = clock_.now()}));
  commit(MailStore::mark_failed(id, "one", "x"));
  commit(MailStore::mark_expired(id, "one"));
  commit(MailStore::postpone(id, "one", clock_.now(), "x"));
  commit(MailStore::release(id, "one"));
  EXPECT_FALSE(commit(MailStore::renew(id, {.holder = "one", .now = clock_.now()})));
  EXPECT_EQ(rows()[0].state, 0) << "who lost it has no say";
  EXPECT_THAT(claim("one"), SizeIs(0));
  commit(MailStore::mark_sent(id, {.holder = "other", .now = clock_.now()}));
  EXPECT_EQ(rows()[0].state, 1);
}

TEST_P(MailStoreTest, Renewal_HoldsOn) {
  enqueue();
  const auto mails = claim("one");
  clock_.advance(seconds{50});
  EXPECT_TRUE(commit(MailStore::renew(mails.at(0).id, {.holder = "one", .now = clock_.now()})));
  clock_.advance(seconds{50});
  EXPECT_THAT(claim("other"), SizeIs(0));
  commit(MailStore::release(mails.at(0).id, "one"));
  EXPECT_THAT(claim("other"), SizeIs(1));
}

TEST_P(MailStoreTest, Outcomes_LeaveNoBody) {
  enqueue_many(4);
  const auto mails = claim();
  ASSERT_THAT(mails, SizeIs(4));
  commit(MailStore::mark_sent(mails[0].id, {.holder = "one", .now = clock_.now()}));
  commit(MailStore::mark_failed(mails[1].id, "one", std::string(2000, 'x')));
  commit(MailStore::mark_expired(mails[2].id, "one"));
  commit(MailStore::postpone(mails[3].id, "one", clock_.now() + seconds{30}, "later"));
  for (const auto& row : rows()) EXPECT_EQ(row.body.has_value(), row.state == 0) << row.state;
  const auto sent = run(store_.find(mails[0].id));
  EXPECT_EQ(sent->state, State::sent);
  EXPECT_EQ(sent->sent_at, clock_.now());
  const auto failed = run(store_.find(mails[1].id));
  EXPECT_EQ(failed->state, State::failed);
  EXPECT_EQ(failed->attempts, 1);
  EXPECT_EQ(failed->last_error, std::string(MailStore::error_bytes_max, 'x'));
  EXPECT_EQ(run(store_.find(mails[2].id))->state, State::expired);
  EXPECT_THAT(run(store_.list(true)), SizeIs(2)) << "failed and postponed";
  EXPECT_THAT(run(store_.list(false)), SizeIs(4));
  EXPECT_THAT(claim("other"), SizeIs(0));
  clock_.advance(seconds{30});
  const auto again = claim("other");
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].attempts, 1);
}

TEST_P(MailStoreTest, Retry_MakesAWaitingMailDue) {
  enqueue();
  const MailId id = claim().at(0).id;
  commit(MailStore::postpone(id, "one", clock_.now() + hours{1}, "later"));
  EXPECT_THAT(claim(), SizeIs(0));
  EXPECT_TRUE(commit(MailStore::retry(id, clock_.now())));
  EXPECT_THAT(claim(), SizeIs(1));
  commit(MailStore::mark_failed(id, "one", "never"));
  EXPECT_FALSE(commit(MailStore::retry(id, clock_.now()))) << "what it said is gone";
  EXPECT_FALSE(commit(MailStore::retry(MailId{1}, clock_.now())));
  EXPECT_FALSE(run(store_.find(MailId{1})));
}

Task<std::vector<ClaimedMail>> claim_with(database::Database& database, std::string holder, TimePoint now) {
  auto claim = MailStore::claim({.holder = std::move(holder), .now = now});
  co_return co_await database.commit(std::move(claim));
}

TEST_P(MailStoreTest, WorkersBesideEachOther_NeverHoldOneMail) {
  enqueue_many(100);
  const auto others = backend_->another_provider();
  const auto other_database = others->open(io_, 1);
  std::set<std::int64_t> held;
  std::size_t claimed = 0;
  for (int round = 0; round < 20 && claimed < 100; ++round) {
    std::vector<Task<std::vector<ClaimedMail>>> tasks;
    for (int i = 0; i < 6; ++i) {
      tasks.push_back(claim_with(i % 2 == 0 ? *database_ : *other_database, std::to_string(i), clock_.now()));
    }
    for (const auto& mails : run_all(std::move(tasks))) {
      claimed += mails.size();
      for (const auto& mail : mails) held.insert(mail.id.value);
    }
  }
  EXPECT_EQ(claimed, 100U);
  EXPECT_EQ(held.size(), 100U) << "each by one";
}

TEST_P(MailStoreTest, OldMails_AreDeletedInBatchesUnderTheLease) {
  enqueue_many(static_cast<int>(MailStore::cleanup_max) + 5);
  clock_.advance(jobs::mails_kept + microseconds{1});
  enqueue();
  jobs::LeaseStore leases{*database_, clock_, random_};
  EXPECT_EQ(commit(MailStore::delete_older(clock_.now(), {.name = "mail cleanup", .holder = "nobody"})), 0);
  EXPECT_TRUE(run(jobs::run_once(jobs::mail_cleanup(*database_, clock_), leases)));
  EXPECT_THAT(rows(), SizeIs(1)) << "the new one";
}

}  // namespace
}  // namespace gatehouse::mail
