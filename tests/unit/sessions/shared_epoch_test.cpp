#include "sessions/shared_epoch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "crypto/random.hpp"

namespace gatehouse::sessions {
namespace {

using namespace std::chrono_literals;
using namespace sharing;

class EpochClock final : public BootClock {
 public:
  [[nodiscard]] BootTime now() const noexcept override { return time; }

  BootTime time{1h};
};

class SharedEpochTest : public ::testing::Test {
 protected:
  static constexpr SharedEpoch::Place place{.keys = "keys", .server = "server"};
  static constexpr SessionId session{7};
  static constexpr UserId user{3};

  SharedEpochTest() { epoch_.reach(place); }

  template <class Kind>
  Kind step() {
    return std::get<Kind>(epoch_.next());
  }
  void prove() { epoch_.on_feed_proved(clock_.time + 2'500ms); }
  void beat() {
    (void)step<Beat>();
    epoch_.beaten(SharedTime{1'000}, clock_.time);
  }
  /// Becomes the first member: there is no epoch yet.
  void become_member() {
    prove();
    (void)step<Look>();
    epoch_.looked("");
    epoch_.begun(step<Begin>().epoch);
    beat();
  }
  void hear(SessionId id) { epoch_.on_announcement(session_topic.of(id)); }

  EpochClock clock_;
  crypto::SystemRandom random_;
  SharedEpoch epoch_{clock_, random_};
};

TEST_F(SharedEpochTest, WithoutAProof_NothingIsAsked) {
  (void)step<Wait>();
  EXPECT_FALSE(epoch_.begin(place, session));
  EXPECT_FALSE(epoch_.is_member());
}

TEST_F(SharedEpochTest, WithoutAnEpoch_OneBegins) {
  become_member();
  EXPECT_TRUE(epoch_.begin(place, session));
  EXPECT_EQ(epoch_.begun_epochs(), 1U);
}

TEST_F(SharedEpochTest, AnEpochThatIsThere_IsUsedOnlyOnceItIsCovered) {
  prove();
  (void)step<Look>();
  epoch_.looked("there");
  (void)step<Announce>();
  epoch_.announced(true);
  EXPECT_EQ(step<AskForCover>().epoch, "there");
  epoch_.cover_found("");
  EXPECT_FALSE(epoch_.begin(place, session));
  clock_.time += SharedEpoch::cover_interval;
  (void)step<AskForCover>();
  epoch_.cover_found("there");
  EXPECT_FALSE(epoch_.begin(place, session)) << "the store's time is not known yet";
  beat();
  EXPECT_EQ(epoch_.begin(place, session)->epoch, "there");
}

TEST_F(SharedEpochTest, CoveredByNobody_BeginsAnother) {
  prove();
  (void)step<Look>();
  epoch_.looked("there");
  (void)step<Announce>();
  epoch_.announced(true);
  clock_.time += SharedEpoch::cover_patience;
  const auto begin = step<Begin>();
  EXPECT_EQ(begin.before, "there");
  EXPECT_NE(begin.epoch, "there");
}

TEST_F(SharedEpochTest, WhatWasHeard_IsNotBelievedBeforeItIsDelivered) {
  become_member();
  const auto before = epoch_.begin(place, session);
  hear(session);
  EXPECT_FALSE(epoch_.is_good(*before, session, user));
  EXPECT_FALSE(epoch_.begin(place, session));
  EXPECT_TRUE(epoch_.begin(place, SessionId{8}));
  EXPECT_EQ(step<Deliver>().ended, (std::vector<Ended>{{Ended::Kind::session, session.value}}));
  EXPECT_FALSE(epoch_.begin(place, session));
  epoch_.delivered(true);
  EXPECT_FALSE(epoch_.is_good(*before, session, user)) << "it was asked before";
  EXPECT_TRUE(epoch_.is_good(*epoch_.begin(place, session), session, user));
}

TEST_F(SharedEpochTest, UserWhoseEndWasOnItsWayWhenItWasAsked_IsNotBelieved) {
  become_member();
  epoch_.on_announcement(user_topic.of(user));
  const auto ticket = epoch_.begin(place, session);
  ASSERT_TRUE(ticket) << "nobody knows whose session it is";
  (void)step<Deliver>();
  epoch_.delivered(true);
  EXPECT_FALSE(epoch_.is_good(*ticket, session, user));
  EXPECT_TRUE(epoch_.is_good(*epoch_.begin(place, session), session, user));
}

TEST_F(SharedEpochTest, WhatWasNotAnswered_IsDeliveredAgain) {
  become_member();
  hear(session);
  (void)step<Deliver>();
  epoch_.delivered(std::nullopt);
  clock_.time += SharedEpoch::failure_pause;
  EXPECT_EQ(step<Deliver>().ended.size(), 1U);
}

TEST_F(SharedEpochTest, HeardAgainWhileOnItsWay_IsDeliveredAgain) {
  become_member();
  hear(session);
  (void)step<Deliver>();
  hear(session);
  epoch_.delivered(true);
  EXPECT_FALSE(epoch_.begin(place, session));
  (void)step<Deliver>();
  epoch_.delivered(true);
  EXPECT_TRUE(epoch_.begin(place, session));
}

TEST_F(SharedEpochTest, Joiner_IsCoveredBehindWhatWasHeardBefore_EvenIfThatFails) {
  become_member();
  hear(session);
  (void)step<Deliver>();
  epoch_.on_announcement(join_topic.of(JoinId{5}));
  hear(session);
  epoch_.delivered(std::nullopt);
  clock_.time += SharedEpoch::failure_pause;
  EXPECT_EQ(step<Deliver>().ended.front().id, session.value);
  epoch_.delivered(true);
  EXPECT_EQ(step<Cover>().join, JoinId{5});
}

TEST_F(SharedEpochTest, LostFeed_EndsTheMembership) {
  become_member();
  const auto ticket = epoch_.begin(place, session);
  epoch_.on_feed_lost();
  prove();
  EXPECT_FALSE(epoch_.is_good(*ticket, session, user));
  (void)step<Look>();
}

TEST_F(SharedEpochTest, EndOfTheProof_IsTheEndOfTheTrust) {
  become_member();
  const auto ticket = epoch_.begin(place, session);
  clock_.time += 2'500ms;
  EXPECT_FALSE(epoch_.is_good(*ticket, session, user));
  prove();
  EXPECT_TRUE(epoch_.is_good(*ticket, session, user));
}

TEST_F(SharedEpochTest, ServerThatIsNotSeenForALease_IsNotAsked) {
  become_member();
  clock_.time += SharedEpoch::lease;
  prove();
  EXPECT_FALSE(epoch_.begin(place, session));
}

TEST_F(SharedEpochTest, AnotherServer_IsJoinedAnew) {
  become_member();
  EXPECT_FALSE(epoch_.begin({.keys = "keys", .server = "another"}, session));
  epoch_.reach({.keys = "keys", .server = {}});
  EXPECT_TRUE(epoch_.begin(place, session)) << "the keeper's connection alone is away";
  epoch_.reach({.keys = "keys", .server = "another"});
  EXPECT_FALSE(epoch_.begin(place, session));
  (void)step<Look>();
}

TEST_F(SharedEpochTest, ChangeThatNobodyCanName_BeginsAnotherEpoch) {
  become_member();
  const std::string before = epoch_.begin(place, session)->epoch;
  epoch_.on_unknown_change();
  EXPECT_EQ(step<Begin>().before, before);
}

TEST_F(SharedEpochTest, MoreThanCanBeDelivered_EndsTheMembership) {
  become_member();
  for (std::size_t id = 0; id <= SharedEpoch::undelivered_max; ++id) hear(SessionId{static_cast<std::int64_t>(id) + 1});
  EXPECT_FALSE(epoch_.begin(place, SessionId{0}));
  (void)step<Look>();
}

TEST_F(SharedEpochTest, AnswerThatComesAfterALoss_IsIgnored) {
  prove();
  (void)step<Look>();
  epoch_.on_feed_lost();
  epoch_.looked("");
  (void)step<Wait>();
}

}  // namespace
}  // namespace gatehouse::sessions
