#include "flows/refresh/refresh_flow.hpp"

#include <gmock/gmock.h>

#include <set>

#include "contract/refresh_fixture.hpp"

namespace gatehouse::flows {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RefreshFlowTest : public testing::RefreshFixture {};

INSTANTIATE_TEST_SUITE_P(Databases, RefreshFlowTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(RefreshFlowTest, LoginThatAsks_GetsATokenThatEndsEarlierAndOneToRefreshItWith) {
  EXPECT_FALSE(login("ada@example.com", right).value().refreshable);
  const LoginResult login = log_in_refreshable();
  ASSERT_TRUE(login.refreshable);
  const auto reference = opened(login.refreshable->refresh_token);
  EXPECT_EQ(reference.generation, 0);
  EXPECT_EQ(reference.secret, shared_.keys->sealer.open(login.session)->secret);
  EXPECT_EQ(stored_generation(reference.id), 0);
  const auto claims = shared_.ring->verifier.verify(login.token, clock_.now());
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->expires_at, login.refreshable->token_expires_at);
}

TEST_P(RefreshFlowTest, Refresh_GivesATokenOfTheSameSessionAndTheNextGeneration) {
  const LoginResult login = log_in_refreshable();
  const std::string token = login.refreshable->refresh_token;
  const auto result = refresh(token, attempt_a);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->user, ada_.id);
  EXPECT_EQ(result->session_expires_at, login.session_expires_at) << "it is too early to renew the session";
  const TokenPair& pair = result->pair;
  EXPECT_EQ(opened(pair.refreshable.refresh_token).id, opened(token).id);
  EXPECT_EQ(generation_of(pair.refreshable.refresh_token), 1);
  EXPECT_EQ(run(capabilities_.identity.by_token(pair.token))->session, opened(token).id);
  const auto claims = shared_.ring->verifier.verify(pair.token, clock_.now());
  EXPECT_EQ(claims->expires_at, pair.refreshable.token_expires_at);
  EXPECT_TRUE(is_active(login.session));
  EXPECT_EQ(generation_of(refreshed(pair.refreshable.refresh_token)), 2);
}

TEST_P(RefreshFlowTest, SameAttempt_GetsTheSameSuccessorHoweverMuchLater) {
  const std::string token = first_token();
  const std::string successor = refreshed(token, attempt_a);
  clock_.advance(days{3});
  EXPECT_EQ(generation_of(refreshed(token, attempt_a)), generation_of(successor));
  EXPECT_EQ(stored_generation(opened(token).id), 1) << "nothing is written";
  EXPECT_EQ(generation_of(refreshed(successor, attempt_b)), 2);
}

TEST_P(RefreshFlowTest, AnyAttemptWithinTheGrace_GetsTheSameSuccessor) {
  const std::string token = first_token();
  refreshed(token, attempt_a);
  EXPECT_EQ(generation_of(refreshed(token, attempt_b)), 1);
  clock_.advance(grace);
  EXPECT_EQ(generation_of(refreshed(token)), 1);
  EXPECT_THAT(mails(), IsEmpty());
}

TEST_P(RefreshFlowTest, AnotherAttemptAfterTheGrace_EndsTheSessionOnRecordAndTellsTheUser) {
  const LoginResult login = log_in_refreshable();
  const std::string token = login.refreshable->refresh_token;
  const auto first = refresh(token, attempt_a);
  ASSERT_TRUE(is_active(login.session)) << "in the cache, too";
  clock_.advance(beyond_grace);
  EXPECT_EQ(refusal(token, attempt_b), RefreshError::reused);
  EXPECT_EQ(last_event(), "refresh.reused refused token_reused");
  EXPECT_FALSE(is_active(login.session));
  EXPECT_FALSE(run(capabilities_.identity.by_token(first->pair.token)));
  EXPECT_EQ(refusal(first->pair.refreshable.refresh_token), RefreshError::invalid);
  EXPECT_EQ(refusal(token, attempt_a), RefreshError::invalid);
  ASSERT_THAT(sent(), ElementsAre("new-device to ada@example.com"));
  EXPECT_EQ(mails()[0].variables.at("token_reused"), "yes");
}

TEST_P(RefreshFlowTest, EventOfAReuse_NamesTheSessionAndBothGenerations) {
  const std::string token = first_token();
  refreshed(refreshed(token));
  EXPECT_EQ(refusal(token), RefreshError::reused);
  const auto events = run(audit::AuditStore{*database_}.page({.type = "refresh.reused"}, std::nullopt, 10)).events;
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].user, ada_.id);
  EXPECT_EQ(events[0].session, opened(token).id);
  EXPECT_EQ(events[0].details, R"({"generation":0,"current":2})");
}

TEST_P(RefreshFlowTest, OlderTokenOfTheSameAttempt_IsReusedToo) {
  const std::string token = first_token();
  const std::string second = refreshed(token, attempt_a);
  refreshed(second, attempt_a);
  EXPECT_EQ(refusal(token, attempt_a), RefreshError::reused) << "also within the grace";
}

TEST_P(RefreshFlowTest, TokenOfARestoredBackup_IsReused) {
  const std::string token = first_token();
  const std::string third = refreshed(refreshed(token));
  run_script("UPDATE sessions SET refresh_generation = 0");
  EXPECT_EQ(refusal(third), RefreshError::reused);
}

TEST_P(RefreshFlowTest, SessionThatHasEndedInAnyWay_IsInvalid) {
  const auto ended_by = [this](auto end) {
    const LoginResult login = log_in_refreshable();
    const std::string token = refreshed(login.refreshable->refresh_token);
    end(login);
    return refusal(token);
  };
  EXPECT_EQ(
      ended_by([this](const LoginResult& login) { run(capabilities_.session_ends.log_out(login.session, origin_)); }),
      RefreshError::invalid);
  EXPECT_EQ(ended_by([this](const LoginResult&) { run(capabilities_.session_ends.revoke_all(ada_.id, origin_)); }),
            RefreshError::invalid);
  EXPECT_EQ(ended_by([this](const LoginResult&) { clock_.advance(days{7}); }), RefreshError::expired);
  EXPECT_EQ(ended_by([this](const LoginResult&) { run_script("UPDATE users SET disabled_at = created_at"); }),
            RefreshError::invalid);
  EXPECT_THAT(mails(), IsEmpty());
}

TEST_P(RefreshFlowTest, NewPasswordAndDisabling_EndRefreshTokens) {
  std::string token = first_token();
  users::UserChanges changes;
  changes.password = SecretString{right};
  ASSERT_TRUE(run(accounts_.update(ada_.id, std::move(changes), origin_)));
  EXPECT_EQ(refusal(token), RefreshError::invalid);
  token = first_token();
  EXPECT_TRUE(run(accounts_.disable(ada_.id, origin_)));
  EXPECT_TRUE(run(accounts_.enable(ada_.id, origin_)));
  EXPECT_EQ(refusal(token), RefreshError::invalid);
}

TEST_P(RefreshFlowTest, WhatIsNoRefreshTokenOfThisSession_IsInvalid) {
  const LoginResult login = log_in_refreshable();
  EXPECT_EQ(refusal(""), RefreshError::invalid);
  EXPECT_EQ(refusal("gtf_"), RefreshError::invalid);
  EXPECT_EQ(refusal(login.session), RefreshError::invalid);
  EXPECT_EQ(refusal(login.token), RefreshError::invalid);
  auto forged = opened(login.refreshable->refresh_token);
  forged.secret[0] = static_cast<char>(forged.secret[0] ^ 1);
  EXPECT_EQ(refusal(shared_.keys->refreshes.seal(forged, random_)), RefreshError::invalid);
  EXPECT_TRUE(is_active(login.session));
}

TEST_P(RefreshFlowTest, SessionWithoutRefreshTokens_HasNone) {
  const LoginResult plain = login("ada@example.com", right).value();
  const auto reference = shared_.keys->sealer.open(plain.session).value();
  const std::string made_up =
      shared_.keys->refreshes.seal({.id = reference.id, .secret = reference.secret, .generation = 0}, random_);
  EXPECT_EQ(refusal(made_up), RefreshError::invalid);
  EXPECT_TRUE(is_active(plain.session));
}

TEST_P(RefreshFlowTest, Refresh_RenewsTheSessionAsACheckDoesAndNeverPastItsLimit) {
  const LoginResult login = log_in_refreshable();
  const TimePoint limit = clock_.now() + days{30};
  std::string token = login.refreshable->refresh_token;
  for (int day = 1; day < 30; ++day) {
    clock_.advance(days{1});
    const auto result = refresh(token);
    ASSERT_TRUE(result);
    token = result->pair.refreshable.refresh_token;
    EXPECT_EQ(result->session_expires_at, std::min(clock_.now() + days{7}, limit));
    const auto view = run(sessions_.verify(login.session));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->principal().expires_at, result->session_expires_at);
  }
  clock_.advance(days{1});
  EXPECT_EQ(refusal(token), RefreshError::expired);
}

TEST_P(RefreshFlowTest, CachedSession_IsNeverOlderThanItsRenewalByARefresh) {
  const LoginResult login = log_in_refreshable();
  ASSERT_TRUE(is_active(login.session));
  clock_.advance(hours{16});  // the cache still answers
  std::string token = refreshed(login.refreshable->refresh_token);
  sessions::SessionView view;
  EXPECT_EQ(sessions_.verify_cached(login.session, view), sessions::CachedVerdict::active);
  clock_.advance(hours{1});  // a tenth of its time has passed
  const auto renewed = refresh(token);
  EXPECT_EQ(renewed->session_expires_at, clock_.now() + days{7});
  EXPECT_EQ(sessions_.verify_cached(login.session, view), sessions::CachedVerdict::unknown);
  EXPECT_EQ(run(sessions_.verify(login.session))->principal().expires_at, renewed->session_expires_at);
}

TEST_P(RefreshFlowTest, LimitThatIsNoDate_EndsTheSessionAsALoginSetsIt) {
  const LoginResult login = log_in_refreshable();
  run_script("UPDATE sessions SET absolute_expires_at = 'infinity', expires_at = 'infinity'",
             "UPDATE sessions SET absolute_expires_at = 9223372036854775807, expires_at = 9223372036854775807");
  clock_.advance(days{29});
  const auto result = refresh(login.refreshable->refresh_token);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->session_expires_at, clock_.now() + days{1});
  clock_.advance(days{1});
  EXPECT_EQ(refusal(result->pair.refreshable.refresh_token), RefreshError::expired);
}

TEST_P(RefreshFlowTest, EachOutcome_IsCounted) {
  const auto count = [this](RefreshOutcome outcome) { return shared_.flow_counts.refreshes.value(outcome); };
  const std::string token = first_token();
  refreshed(token);
  refreshed(token);
  clock_.advance(beyond_grace);
  refresh(token);
  refresh(token);
  const std::string other = first_token();
  clock_.advance(days{7});
  refresh(other);
  EXPECT_EQ(count(RefreshOutcome::rotated), 1u);
  EXPECT_EQ(count(RefreshOutcome::repeated), 1u);
  EXPECT_EQ(count(RefreshOutcome::reused), 1u);
  EXPECT_EQ(count(RefreshOutcome::invalid), 1u);
  EXPECT_EQ(count(RefreshOutcome::expired), 1u);
  EXPECT_EQ(shared_.flow_counts.tokens.value(TokenKind::refresh), 4u);
}

TEST_P(RefreshFlowTest, ThousandRefreshesAtOnce_RotateOnceAndGetTheSameSuccessor) {
  const std::string token = first_token();
  std::vector<Task<Outcome>> refreshes;
  for (int i = 0; i < 1000; ++i) {
    const std::string attempt = "attempt " + std::to_string(100'000'000 + i);
    refreshes.push_back(capabilities_.refreshes.refresh(request_with(token, attempt)));
  }
  std::set<std::int64_t> generations;
  std::set<std::string> tokens;
  for (const Outcome& outcome : run_all(std::move(refreshes))) {
    ASSERT_TRUE(outcome);
    generations.insert(generation_of(outcome->pair.refreshable.refresh_token));
    tokens.insert(outcome->pair.refreshable.refresh_token);
  }
  EXPECT_THAT(generations, ElementsAre(1));
  EXPECT_EQ(tokens.size(), 1000u) << "each is sealed anew";
  EXPECT_EQ(stored_generation(opened(token).id), 1);
}

TEST_P(RefreshFlowTest, ManySessionsAtOnce_EachRotateTheirOwn_AndTheirRepetitionsGetTheSame) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 30; ++i) tokens.push_back(first_token());
  for (int round = 0; round < 2; ++round) {
    std::vector<Task<Outcome>> refreshes;
    for (std::size_t i = 0; i < 2 * tokens.size(); ++i) {
      refreshes.push_back(capabilities_.refreshes.refresh(request_with(tokens[i / 2], attempt_a)));
    }
    const auto outcomes = run_all(std::move(refreshes));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      ASSERT_TRUE(outcomes[i]);
      const auto reference = opened(outcomes[i]->pair.refreshable.refresh_token);
      EXPECT_EQ(reference.id, opened(tokens[i / 2]).id);
      EXPECT_EQ(reference.secret, opened(tokens[i / 2]).secret);
      EXPECT_EQ(reference.generation, 1);
      EXPECT_EQ(stored_generation(reference.id), 1);
    }
  }
}

TEST_P(RefreshFlowTest, ManyReusesAtOnce_AreOneEventAndOneMail) {
  const std::string token = first_token();
  refreshed(token);
  clock_.advance(beyond_grace);
  std::vector<Task<Outcome>> refreshes;
  for (int i = 0; i < 50; ++i) refreshes.push_back(capabilities_.refreshes.refresh(request_with(token)));
  int reused = 0;
  for (const Outcome& outcome : run_all(std::move(refreshes))) {
    ASSERT_FALSE(outcome);
    if (outcome.error() == RefreshError::reused) ++reused;
  }
  EXPECT_EQ(reused, 1);
  EXPECT_THAT(sent(), ElementsAre("new-device to ada@example.com"));
  EXPECT_EQ(run(audit::AuditStore{*database_}.page({.type = "refresh.reused"}, std::nullopt, 10)).events.size(), 1u);
}

}  // namespace
}  // namespace gatehouse::flows
