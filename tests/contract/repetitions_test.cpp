#include "idempotency/repetitions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contract/feature_fixture.hpp"
#include "idempotency/request_key.hpp"
#include "jobs/idempotency_cleanup.hpp"

namespace gatehouse::idempotency {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

RepetitionKeys keys_of(std::string_view secret) {
  std::vector<SecretString> secrets;
  secrets.emplace_back(secret);
  return RepetitionKeys{secrets};
}

class RepetitionsTest : public testing::FeatureFixture {
 protected:
  static KeyedRequest request(std::string_view body = "{}", std::string key = "k",
                              std::string principal = "env API_KEY") {
    return {.principal = std::move(principal),
            .key = std::move(key),
            .fingerprint = fingerprint_of({.method = "POST", .path = "/users"}, body),
            .status = 201};
  }
  Repetitions::Beginning begin(KeyedRequest wanted = request()) { return run(repetitions_.begin(std::move(wanted))); }
  RepeatableWork begin_work(KeyedRequest wanted = request()) {
    return std::get<RepeatableWork>(begin(std::move(wanted)));
  }
  Refusal refusal(KeyedRequest wanted = request()) { return std::get<Refusal>(begin(std::move(wanted))); }

  /// Makes a user as the work; false if that could not be committed.
  bool make_user(const RepeatableWork& work, const std::string& email = "ada@example.com") {
    database::Changes changes;
    users::NewUser user{.first_name = "Ada", .last_name = "Lovelace", .email = email, .password = {}};
    (void)changes.add(users::UserStore::insert(std::move(user), "$hash", clock_.now()));
    changes.add(work.made_user(clock_.now(), email));
    return run(database_->commit_unless(std::move(changes), attempt_is_the_running_one)).has_value();
  }
  std::int64_t count(const database::Statement& statement) { return select(statement)[0].integer(0); }
  std::int64_t users() {
    static constexpr database::Statement count_users{"test_count_users_of_repetitions", "SELECT count(*) FROM users"};
    return count(count_users);
  }
  std::int64_t rows() {
    static constexpr database::Statement count_rows{"test_count_idempotency_keys",
                                                    "SELECT count(*) FROM idempotency_keys"};
    return count(count_rows);
  }

  RepetitionCounts counts_;
  const RepetitionKeys keys_ = keys_of("first secret");
  const RepetitionKeys other_keys_ = keys_of("second secret");
  Repetitions repetitions_{
      {.database = *database_, .counts = counts_, .settings = {.ttl = hours{24}}, .clock = clock_, .random = random_},
      keys_};
};

INSTANTIATE_TEST_SUITE_P(Databases, RepetitionsTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(RepetitionsTest, RequestThatIsDone_GetsWhatCameOfIt) {
  const RepeatableWork work = begin_work();
  const TimePoint at = clock_.now();
  ASSERT_TRUE(make_user(work));
  clock_.advance(hours{23});
  const auto again = begin();
  const auto& earlier = std::get<Earlier>(again);
  EXPECT_EQ(earlier.status, 201);
  EXPECT_EQ(earlier.done_at, at);
  EXPECT_EQ(earlier.resource_id, run(users::UserStore{*database_}.find_by_email("ada@example.com"))->id.value);
  EXPECT_FALSE(earlier.answer);
  EXPECT_EQ(counts_.uses.value(KeyUse::first), 1U);
  EXPECT_EQ(counts_.uses.value(KeyUse::repeated), 1U);
}

TEST_P(RepetitionsTest, UserWhoIsGone_IsStillInTheAnswer) {
  ASSERT_TRUE(make_user(begin_work()));
  const auto user = run(users::UserStore{*database_}.find_by_email("ada@example.com"));
  ASSERT_TRUE(commit(users::UserStore::remove(user->id)));
  EXPECT_EQ(std::get<Earlier>(begin()).resource_id, user->id.value);
}

TEST_P(RepetitionsTest, AnswerWithASecret_IsSealedAndOpened) {
  commit(begin_work().gave_secret(clock_.now(), "{\"secret\":\"gtk_canary\"}"));
  static constexpr database::Statement find{"test_find_sealed_answer", "SELECT secret FROM idempotency_keys"};
  EXPECT_EQ(select(find)[0].text(0).find("canary"), std::string_view::npos);
  EXPECT_EQ(std::get<Earlier>(begin()).answer.value().reveal(), "{\"secret\":\"gtk_canary\"}");
}

TEST_P(RepetitionsTest, AfterARotationOfSecrets_TheAnswerIsThere) {
  commit(begin_work().gave_secret(clock_.now(), "{}"));
  std::vector<SecretString> both;
  both.emplace_back("second secret");
  both.emplace_back("first secret");
  const RepetitionKeys rotated{both};
  repetitions_.use(rotated);
  EXPECT_EQ(std::get<Earlier>(begin()).answer.value().reveal(), "{}");
}

TEST_P(RepetitionsTest, WithoutTheSecretOfThen_ARepetitionIsTakenForAnotherRequest) {
  ASSERT_TRUE(make_user(begin_work()));
  repetitions_.use(other_keys_);
  EXPECT_EQ(refusal(), Refusal::key_reused);
}

TEST_P(RepetitionsTest, DamagedAnswer_IsAFault) {
  commit(begin_work().gave_secret(clock_.now(), "{}"));
  static constexpr database::Write damage{"test_damage_sealed_answer", "UPDATE idempotency_keys SET secret = $1",
                                          database::announces_nothing};
  (void)execute(damage, {database::Blob{std::string(80, 'x')}});
  EXPECT_THROW((void)begin(), std::runtime_error);
}

TEST_P(RepetitionsTest, RequestThatIsBeingDone_IsRefused) {
  const RepeatableWork work = begin_work();
  EXPECT_EQ(refusal(), Refusal::in_progress);
  ASSERT_TRUE(make_user(work));
  EXPECT_TRUE(std::holds_alternative<Earlier>(begin()));
}

TEST_P(RepetitionsTest, KeyOfAnotherRequest_IsRefusedWhetherItIsDoneOrNot) {
  const RepeatableWork work = begin_work();
  EXPECT_EQ(refusal(request("{ }")), Refusal::key_reused);
  ASSERT_TRUE(make_user(work));
  EXPECT_EQ(refusal(request("{ }")), Refusal::key_reused);
  EXPECT_EQ(counts_.uses.value(KeyUse::key_reused), 2U);
}

TEST_P(RepetitionsTest, SameKeyOfAnotherCaller_IsAnotherKey) {
  ASSERT_TRUE(make_user(begin_work()));
  EXPECT_TRUE(std::holds_alternative<RepeatableWork>(begin(request("{}", "k", "db 0123456789"))));
  EXPECT_TRUE(std::holds_alternative<RepeatableWork>(begin(request("{}", "K"))));
}

TEST_P(RepetitionsTest, WorkThatCameToNothing_LeavesNoRow) {
  run(repetitions_.release(begin_work().attempt()));
  EXPECT_EQ(rows(), 0);
  EXPECT_TRUE(make_user(begin_work()));
}

TEST_P(RepetitionsTest, ReleaseAfterTheWork_ChangesNothing) {
  const RepeatableWork work = begin_work();
  ASSERT_TRUE(make_user(work));
  run(repetitions_.release(work.attempt()));
  EXPECT_TRUE(std::holds_alternative<Earlier>(begin()));
}

TEST_P(RepetitionsTest, AttemptOfAProcessThatDied_GivesWayAfterAMinute) {
  (void)begin();
  clock_.advance(Repetitions::running_time - seconds{1});
  EXPECT_EQ(refusal(), Refusal::in_progress);
  clock_.advance(seconds{1});
  EXPECT_TRUE(make_user(begin_work()));
  EXPECT_TRUE(std::holds_alternative<Earlier>(begin()));
}

TEST_P(RepetitionsTest, SlowAttemptWhosePlaceIsTaken_CommitsNothing) {
  const RepeatableWork slow = begin_work();
  clock_.advance(Repetitions::running_time);
  const RepeatableWork next = begin_work();
  EXPECT_FALSE(make_user(slow, "slow@example.com")) << "while the next one works";
  run(repetitions_.release(slow.attempt()));
  EXPECT_EQ(refusal(), Refusal::in_progress) << "of the next one";
  ASSERT_TRUE(make_user(next, "next@example.com"));
  EXPECT_FALSE(make_user(slow, "slow@example.com")) << "after it";
  EXPECT_EQ(users(), 1);
}

TEST_P(RepetitionsTest, SlowAttemptThatCommitsFirst_IsTheOne) {
  const RepeatableWork slow = begin_work();
  clock_.advance(Repetitions::running_time);
  ASSERT_TRUE(make_user(slow, "slow@example.com"));
  EXPECT_TRUE(std::holds_alternative<Earlier>(begin()));
}

TEST_P(RepetitionsTest, SlowAttemptWhoseRowIsCleanedUp_IsStillDoneOnce) {
  const RepeatableWork slow = begin_work();
  clock_.advance(hours{1});
  jobs::LeaseStore leases{*database_, clock_, random_};
  ASSERT_TRUE(run(jobs::run_once(jobs::idempotency_cleanup(*database_, clock_), leases)));
  ASSERT_EQ(rows(), 0);
  ASSERT_TRUE(make_user(slow));
  EXPECT_TRUE(std::holds_alternative<Earlier>(begin()));
}

TEST_P(RepetitionsTest, KeyWhoseTimeIsOver_IsNew) {
  ASSERT_TRUE(make_user(begin_work()));
  clock_.advance(hours{24});
  EXPECT_TRUE(make_user(begin_work(request("{ }")), "grace@example.com"));
}

TEST_P(RepetitionsTest, Cleanup_DeletesWhatCannotBeRepeated) {
  ASSERT_TRUE(make_user(begin_work()));
  clock_.advance(hours{23});
  (void)begin(request("{}", "running"));
  clock_.advance(hours{1});
  ASSERT_TRUE(make_user(begin_work(request("{}", "new")), "grace@example.com"));
  jobs::LeaseStore leases{*database_, clock_, random_};
  ASSERT_TRUE(run(jobs::run_once(jobs::idempotency_cleanup(*database_, clock_), leases)));
  EXPECT_EQ(rows(), 1);
  EXPECT_TRUE(std::holds_alternative<Earlier>(begin(request("{}", "new"))));
}

TEST_P(RepetitionsTest, OfManyAtOnce_OneDoesTheWork) {
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 50; ++i) {
    tasks.push_back([](Repetitions& repetitions, KeyedRequest wanted) -> Task<bool> {
      const auto beginning = co_await repetitions.begin(std::move(wanted));
      co_return std::holds_alternative<RepeatableWork>(beginning);
    }(repetitions_, request()));
  }
  const auto first = run_all(std::move(tasks));
  EXPECT_EQ(std::ranges::count(first, true), 1);
}

}  // namespace
}  // namespace gatehouse::idempotency
