#include "flows/refresh/refresh_flow.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "crypto/sha256.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_database.hpp"
#include "unit/flows/letters/own_letters.hpp"

namespace gatehouse::flows {
namespace {

using database::Rows;
using database::Unavailable;
using std::chrono::hours;
using Statements = std::vector<std::string>;

/// What no database does on demand: a session of the third generation whose row changes during the call.
class RefreshFlowTest : public ::testing::Test {
 protected:
  static std::vector<SecretString> secrets() {
    std::vector<SecretString> made;
    made.emplace_back("0123456789abcdef0123456789abcdef");
    return made;
  }
  static tokens::TokenSettings token_settings() {
    tokens::TokenSettings settings;
    settings.secrets = secrets();
    return settings;
  }

  Rows session_row() {
    Rows rows{9};
    rows.add_integer(10);
    rows.add_text(crypto::sha256(sessions::bytes_of(sessions::SessionSecret{})));
    for (const auto time : {clock_.now(), clock_.now() + hours{1}, clock_.now() + hours{2}}) {
      rows.add_integer(to_unix_us(time));
    }
    rows.add_integer(3);
    rows.add_integer(to_unix_us(clock_.now() - hours{1}));
    rows.add_null();
    rows.add_null();
    return rows;
  }

  Rows answer(std::string_view statement) {
    if (away_at_ == statement) throw Unavailable{Unavailable::Reason::connection, "away"};
    if (statement == "sessions_find_refreshable") return session_row();
    Rows rows;
    if (statement == "sessions_remove_with_secret") rows.set_affected(removed_);
    return rows;
  }

  std::expected<Refreshed, RefreshError> refresh(std::int64_t generation) {
    const std::string token = sealer_.seal({.id = SessionId{1}, .secret = {}, .generation = generation}, random_);
    return testing::run_task(io_, flow_.refresh({.token = SecretString{token}, .attempt = {}, .asker = {}}));
  }

  std::string away_at_;
  std::int64_t removed_ = 1;

  boost::asio::io_context io_{1};
  testing::ManualClock clock_;
  crypto::SystemRandom random_;
  testing::ScriptedDatabase database_{
      [this](std::string_view statement, const database::Parameters&) { return answer(statement); }};
  const sessions::RefreshSealer sealer_{secrets()};
  const tokens::TokenIssuer issuer_{token_settings(), random_};
  FlowCounts counts_;
  const TokenPairs pairs_{issuer_, sealer_, counts_, clock_, random_};
  OwnLetters mails_{database_, clock_, random_, false};
  const sessions::SessionSettings settings_;
  RefreshFlow flow_{{.database = database_,
                     .pairs = pairs_,
                     .letters = mails_.letters,
                     .counts = counts_,
                     .settings = settings_,
                     .clock = clock_}};
};

TEST_F(RefreshFlowTest, TokenThatIsNone_NeverReachesTheDatabase) {
  const auto refused =
      testing::run_task(io_, flow_.refresh({.token = SecretString{"gtf_x"}, .attempt = {}, .asker = {}}));
  EXPECT_EQ(refused.error(), RefreshError::invalid);
  EXPECT_TRUE(database_.statements.empty());
}

TEST_F(RefreshFlowTest, NewestTokenThatDoesNotRotate_IsUnavailableAndNotRefused) {
  EXPECT_THROW(refresh(3), Unavailable);
  EXPECT_EQ(database_.statements,
            (Statements{"sessions_rotate", "sessions_rotate_and_renew", "sessions_find_refreshable"}));
}

TEST_F(RefreshFlowTest, ReusedToken_IsOnRecordBeforeItsSessionGoes) {
  EXPECT_EQ(refresh(2).error(), RefreshError::reused);
  EXPECT_EQ(database_.statements,
            (Statements{"sessions_rotate", "sessions_rotate_and_renew", "sessions_find_refreshable", "sessions_lock",
                        "audit_record_of_session_with_secret", "sessions_remove_with_secret"}));
  EXPECT_EQ(database_.announcements, Statements{"session:1"});
}

TEST_F(RefreshFlowTest, SessionThatEndsWhileAReuseIsFound_IsInvalid) {
  removed_ = 0;
  EXPECT_EQ(refresh(2).error(), RefreshError::invalid);
}

TEST_F(RefreshFlowTest, DatabaseAway_IsUnavailableAtEachStep) {
  for (const char* statement :
       {"sessions_rotate", "sessions_rotate_and_renew", "sessions_find_refreshable", "sessions_lock"}) {
    away_at_ = statement;
    EXPECT_THROW(refresh(2), Unavailable) << statement;
  }
}

}  // namespace
}  // namespace gatehouse::flows
