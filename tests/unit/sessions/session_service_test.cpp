#include "sessions/session_service.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "crypto/sha256.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::sessions {
namespace {

using database::Rows;
using database::Unavailable;
using std::chrono::hours;

/// What the database says about the one session there is, and what happens while it is asked.
class SessionServiceTest : public ::testing::Test {
 protected:
  static std::vector<SecretString> secrets() {
    std::vector<SecretString> made;
    made.emplace_back("0123456789abcdef0123456789abcdef");
    return made;
  }

  SessionServiceTest() {
    database_.observers.add(cache_);
    cache_.on_feed_proved(BootTime::max());
  }

  Rows session_row() {
    Rows rows{9};
    if (!row_there_) return rows;
    rows.add_integer(10);
    rows.add_text(crypto::sha256(bytes_of(SessionSecret{})));
    rows.add_integer(to_unix_us(clock_.now() + hours{1}));
    rows.add_integer(to_unix_us(clock_.now() + hours{2}));
    rows.add_integer(to_unix_us(clock_.now() - last_seen_ago_));
    if (owner_there_) {
      for (const char* text : {"ada@example.com", "Ada", "Lovelace"}) rows.add_text(text);
    } else {
      for (int i = 0; i < 3; ++i) rows.add_null();
    }
    rows.add_integer(to_unix_us(clock_.now() - last_seen_ago_));
    return rows;
  }

  Rows answer(std::string_view statement) {
    if (away_at_ == statement) throw Unavailable{Unavailable::Reason::connection, "away"};
    if (statement == "sessions_find") {
      Rows rows = session_row();
      if (during_find_) during_find_();
      return rows;
    }
    Rows rows;
    if (statement == "sessions_remove_with_secret") {
      if (during_removal_) during_removal_();
      rows.set_affected(1);
    }
    return rows;
  }

  bool cached() {
    SessionView view;
    return service_.verify_cached(sealed_, view) == CachedVerdict::active;
  }

  std::expected<SessionView, SessionError> verify() { return testing::run_task(io_, service_.verify(sealed_)); }

  void end() {
    const SessionRow row = service_.row_of(sealed_).value();
    testing::run_task(io_, database_.commit(SessionStore::remove_with_secret(row.id, row.secret_hash)));
  }

  bool row_there_ = true;
  bool owner_there_ = true;
  std::chrono::seconds last_seen_ago_{0};
  std::string away_at_;
  std::function<void()> during_find_;
  std::function<void()> during_removal_;

  boost::asio::io_context io_{1};
  testing::ManualClock clock_;
  crypto::SystemRandom random_;
  testing::ScriptedDatabase database_{
      [this](std::string_view statement, const database::Parameters&) { return answer(statement); }};
  SystemBootClock boot_clock_;
  SessionCache cache_{1 << 20, boot_clock_};
  const SessionSealer sealer_{secrets()};
  SessionService service_{database_, cache_, sealer_, clock_, random_, sessions::SessionSettings{}};
  const std::string sealed_ = sealer_.seal({.id = SessionId{1}, .secret = {}}, random_);
};

TEST_F(SessionServiceTest, UnreadableSession_NeverReachesTheDatabase) {
  EXPECT_EQ(testing::run_task(io_, service_.verify("nonsense")).error(), SessionError::invalid);
  EXPECT_FALSE(service_.row_of("nonsense"));
  EXPECT_TRUE(database_.statements.empty());
}

TEST_F(SessionServiceTest, UserGoneFromUnderTheSession_IsUserNotFound) {
  owner_there_ = false;
  EXPECT_EQ(verify().error(), SessionError::user_not_found);
  EXPECT_FALSE(cached());
}

TEST_F(SessionServiceTest, SessionOfAToken_IsRememberedWithItsUser) {
  const TokenSession session{.id = SessionId{1}, .user = UserId{10}};
  SessionView view;
  EXPECT_EQ(service_.find_cached(session, clock_.now(), view), CachedVerdict::unknown);
  const auto found = testing::run_task(io_, service_.find_active(session));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->profile().email, "ada@example.com");
  EXPECT_EQ(found->principal().expires_at, clock_.now() + hours{1});
  EXPECT_EQ(service_.find_cached(session, clock_.now(), view), CachedVerdict::active);
  EXPECT_EQ(view, *found);
  cache_.drop_session(session.id);
  EXPECT_EQ(service_.find_cached(session, clock_.now(), view), CachedVerdict::unknown);
}

TEST_F(SessionServiceTest, SessionKnownToBeActiveOnly_HasNoUserInMemory) {
  const TokenSession session{.id = SessionId{1}, .user = UserId{10}};
  cache_.insert(cache_.begin_fill(session.id),
                {.principal = {.user = session.user, .session = session.id, .expires_at = clock_.now() + hours{1}},
                 .secret = {},
                 .valid_until = clock_.now() + hours{1},
                 .profile = {}});
  SessionView view;
  EXPECT_EQ(service_.find_cached(session, clock_.now(), view), CachedVerdict::unknown);
  EXPECT_EQ(service_.find_cached({.id = session.id, .user = UserId{11}}, clock_.now(), view), CachedVerdict::refused);
}

TEST_F(SessionServiceTest, SessionOfATokenThatIsOver_IsNone) {
  const TokenSession session{.id = SessionId{1}, .user = UserId{10}};
  EXPECT_FALSE(testing::run_task(io_, service_.find_active({.id = SessionId{1}, .user = UserId{11}})));
  EXPECT_FALSE(testing::run_task(
      io_, service_.find_active({.id = SessionId{1}, .user = UserId{10}, .mark = SessionMark{.bytes = {'x'}}})));
  owner_there_ = false;
  EXPECT_FALSE(testing::run_task(io_, service_.find_active(session)));
  row_there_ = false;
  EXPECT_FALSE(testing::run_task(io_, service_.find_active(session)));
}

TEST_F(SessionServiceTest, LogoutBetweenQueryAndFill_KeepsTheSessionOutOfTheCache) {
  during_find_ = [this] { cache_.drop_session(SessionId{1}); };
  EXPECT_TRUE(verify()) << "it was active when the database was asked";
  EXPECT_FALSE(cached());
}

TEST_F(SessionServiceTest, FillDuringTheLogout_IsDroppedWhenItEnds) {
  during_removal_ = [this] {
    const TimePoint soon = clock_.now() + hours{1};
    cache_.insert(cache_.begin_fill(SessionId{1}),
                  {.principal = {.user = UserId{10}, .session = SessionId{1}, .expires_at = soon},
                   .secret = {},
                   .valid_until = soon,
                   .profile = Profile{.email = "stale@example.com", .first_name = "", .last_name = ""}});
  };
  end();
  EXPECT_FALSE(cached());
  EXPECT_EQ(database_.announcements, std::vector<std::string>{"session:1"});
}

TEST_F(SessionServiceTest, LogoutWithTheDatabaseAway_ThrowsAndForgetsTheSession) {
  ASSERT_TRUE(verify());
  ASSERT_TRUE(cached());
  away_at_ = "sessions_remove_with_secret";
  EXPECT_THROW(end(), Unavailable);
  EXPECT_FALSE(cached()) << "nobody knows whether it was deleted";
}

TEST_F(SessionServiceTest, VerifyWithTheDatabaseAway_Throws) {
  away_at_ = "sessions_find";
  EXPECT_THROW(verify(), Unavailable);
}

TEST_F(SessionServiceTest, RenewalWithTheDatabaseAway_Throws) {
  last_seen_ago_ = std::chrono::days{1};
  away_at_ = "sessions_renew";
  EXPECT_THROW(verify(), Unavailable);
  EXPECT_FALSE(cached());
}

TEST_F(SessionServiceTest, SessionGoneAtItsRenewal_IsNotFound) {
  last_seen_ago_ = std::chrono::days{1};
  during_find_ = [this] { row_there_ = false; };
  EXPECT_EQ(verify().error(), SessionError::not_found);
  EXPECT_FALSE(cached());
}

TEST_F(SessionServiceTest, AnswerFromTheCache_AsksNoDatabase) {
  ASSERT_TRUE(verify());
  const auto asked = database_.statements.size();
  EXPECT_TRUE(cached());
  EXPECT_EQ(service_.is_active_cached({.id = SessionId{1}, .user = UserId{10}, .mark = {}}, clock_.now()), true);
  EXPECT_EQ(service_.is_active_cached({.id = SessionId{1}, .user = UserId{11}, .mark = {}}, clock_.now()), false);
  EXPECT_EQ(database_.statements.size(), asked);
}

}  // namespace
}  // namespace gatehouse::sessions
