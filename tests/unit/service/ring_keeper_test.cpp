#include "service/ring_keeper.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "database/errors.hpp"
#include "jose/jwk.hpp"
#include "support/manual_boot_clock.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"
#include "support/scripted_database.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::service {
namespace {

using database::Rows;
using database::Unavailable;

std::shared_ptr<const Settings> settings_with(std::string_view session_secret) {
  Settings settings;
  settings.sessions.secrets.emplace_back(session_secret);
  settings.tokens.secrets.emplace_back("0123456789abcdef0123456789abcdef");
  return std::make_shared<const Settings>(std::move(settings));
}

class RingKeeperTest : public ::testing::Test {
 protected:
  Rows answer() {
    if (is_away_) throw Unavailable{Unavailable::Reason::connection, "the database is down"};
    Rows rows{9};
    if (!has_key_) return rows;
    rows.add_text(kid_);
    rows.add_text("EdDSA");
    rows.add_text("current");
    rows.add_text(jose::public_jwk(pair_, kid_));
    rows.add_text(sealed_);
    rows.add_integer(to_unix_us(clock_.now()));
    for (int i = 0; i < 3; ++i) rows.add_null();
    return rows;
  }
  void renew() { testing::run_task(io_, keeper_.renew()); }
  [[nodiscard]] bool publishes_key() const { return rings_.back()->jwks.body().contains(kid_); }

  const std::string_view secret_ = "a session secret, 32 bytes long..";
  crypto::SystemRandom random_;
  testing::ManualClock clock_;
  testing::ManualBootClock boot_clock_;
  database::FeedProof feed_{boot_clock_};
  signing_keys::KeyBell bell_;
  const std::shared_ptr<const Settings> settings_ = settings_with(secret_);
  signing_keys::SealerInUse sealer_{
      std::make_shared<const signing_keys::PrivateKeySealer>(settings_->sessions.secrets)};
  const jose::AsymmetricKey pair_ = jose::generate_key(jose::JwsAlgorithm::eddsa);
  const std::string kid_ = jose::thumbprint(pair_);
  const std::string sealed_ = sealer_.get()->seal(kid_, jose::private_pem(pair_), random_);
  bool is_away_ = false;
  bool has_key_ = false;
  telemetry::testing::CapturedOutput output_;
  telemetry::LogQueue queue_{telemetry::LineWriter{output_.descriptor()}};
  telemetry::Log log_{queue_, clock_};
  boost::asio::io_context io_{1};
  testing::ScriptedDatabase database_{[this](std::string_view, const database::Parameters&) { return answer(); }};
  std::vector<std::shared_ptr<const TokenRing>> rings_;
  RingKeeper keeper_{{.settings = settings_,
                      .database = database_,
                      .bell = bell_,
                      .sealer = sealer_,
                      .feed = feed_,
                      .clock = clock_,
                      .random = random_,
                      .log = log_,
                      .turn = [this](const std::shared_ptr<const TokenRing>& ring) { rings_.push_back(ring); }}};
};

TEST_F(RingKeeperTest, EqualTable_MakesNoOtherRing) {
  renew();
  renew();
  EXPECT_EQ(rings_.size(), 1U);
  has_key_ = true;
  renew();
  ASSERT_EQ(rings_.size(), 2U);
  EXPECT_TRUE(publishes_key());
}

TEST_F(RingKeeperTest, TableThatCannotBeRead_LeavesTheRing) {
  has_key_ = true;
  renew();
  is_away_ = true;
  EXPECT_THROW(renew(), Unavailable);
  EXPECT_EQ(rings_.size(), 1U);
}

TEST_F(RingKeeperTest, OtherSettings_KeepTheKeysOfTheTable) {
  has_key_ = true;
  renew();
  keeper_.use(settings_with("another session secret, 32 bytes."));
  ASSERT_EQ(rings_.size(), 2U);
  EXPECT_TRUE(publishes_key()) << "it verifies, though it cannot sign any more";
  keeper_.use(settings_with(secret_));
  EXPECT_EQ(rings_.size(), 3U);
}

/// The change feed may be silent, and the database unavailable, when the bell rings.
TEST_F(RingKeeperTest, Keeper_ReadsUntilItHasHeard) {
  boost::asio::cancellation_signal signal;
  bool has_ended = false;
  boost::asio::co_spawn(io_, keeper_.keep(),
                        boost::asio::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr& thrown) {
                          EXPECT_FALSE(thrown);
                          has_ended = true;
                        }));
  feed_.on_feed_proved(BootTime::max());
  is_away_ = true;
  bell_.ring();
  ASSERT_TRUE(testing::run_until(io_, [&] { return database_.statements.size() == 1; }));
  is_away_ = false;
  has_key_ = true;
  ASSERT_TRUE(testing::run_until(io_, [&] { return !rings_.empty(); }));
  EXPECT_TRUE(publishes_key());
  has_key_ = false;
  bell_.on_announcement({.topic = "signing_key", .id = 1});
  ASSERT_TRUE(testing::run_until(io_, [&] { return rings_.size() == 2; }));
  EXPECT_FALSE(publishes_key());
  signal.emit(boost::asio::cancellation_type::terminal);
  EXPECT_TRUE(testing::run_until(io_, [&] { return has_ended; }));
}

}  // namespace
}  // namespace gatehouse::service
