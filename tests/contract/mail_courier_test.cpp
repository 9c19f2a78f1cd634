#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <map>

#include "contract/mail_fixture.hpp"
#include "mail/courier.hpp"
#include "support/run_until.hpp"
#include "telemetry/log_queue.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::mail {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using DeliveryOutcome = Delivery::Outcome;

/// A mail server in this process, which does what the test says. Used by one thread at a time.
class ScriptedTransport final : public Transport {
 public:
  struct Script {
    std::function<Delivery(const Envelope&)> answer = [](const Envelope&) { return Delivery{}; };
    std::vector<Envelope> taken;           ///< what was sent
    std::atomic<std::size_t> taken_count;  ///< to be read while the courier works
    int attempts = 0;
  };

  explicit ScriptedTransport(Script& script) : script_(script) {}

  Delivery send(const Envelope& envelope, std::stop_token /*stop*/) override {
    ++script_.attempts;
    Delivery delivery = script_.answer(envelope);
    if (delivery.outcome == DeliveryOutcome::sent) {
      script_.taken.push_back(envelope);
      ++script_.taken_count;
    }
    return delivery;
  }

 private:
  Script& script_;
};

class CourierTest : public gatehouse::testing::MailFixture {
 protected:
  CourierTest() {
    settings_.from = {.name = "Example", .address = "no-reply@example.com"};
    settings_.frontend_url = "https://app.example.com";
  }

  std::unique_ptr<Courier> courier_on(database::Database& database) {
    return std::make_unique<Courier>(Courier::Parts{.database = database,
                                                    .outbox = outbox_,
                                                    .settings = settings_,
                                                    .transport = std::make_unique<ScriptedTransport>(script_),
                                                    .bell = bell_,
                                                    .clock = clock_,
                                                    .random = random_,
                                                    .log = log_,
                                                    .failure_record = [this](const ClaimedMail& mail) {
                                                      failed_.push_back(mail.id);
                                                      return MailStore::release(mail.id, "nobody");
                                                    }});
  }

  bool send() { return run(courier_->send_batch()); }

  void fail_with(DeliveryOutcome outcome, std::string reason = "no") {
    script_.answer = [outcome, reason](const Envelope&) { return Delivery{.outcome = outcome, .reason = reason}; };
  }
  void heal() {
    script_.answer = [](const Envelope&) { return Delivery{}; };
  }

  std::vector<MailId> failed_;  ///< those that were recorded as failed
  MailBell bell_;
  ScriptedTransport::Script script_;
  telemetry::testing::CapturedOutput output_;
  std::unique_ptr<telemetry::LogQueue> queue_ =
      std::make_unique<telemetry::LogQueue>(telemetry::LineWriter{output_.descriptor()});
  telemetry::Log log_{*queue_, clock_};
  std::unique_ptr<Courier> courier_ = courier_on(*database_);
};

INSTANTIATE_TEST_SUITE_P(Databases, CourierTest, ::testing::ValuesIn(gatehouse::testing::backends()),
                         gatehouse::testing::backend_name);

TEST_P(CourierTest, Letter_ArrivesWithItsLinkAndIsMarked) {
  enqueue();
  EXPECT_FALSE(send());
  ASSERT_THAT(script_.taken, SizeIs(1));
  const Envelope& sent = script_.taken[0];
  EXPECT_EQ(sent.from, "no-reply@example.com");
  EXPECT_EQ(sent.to, "ada@example.com");
  EXPECT_EQ(sent.link, "https://app.example.com/reset-password?token=gtr_canary");
  EXPECT_THAT(sent.message, HasSubstr("https://app.example.com/reset-password?token=3Dgtr_canary"));
  EXPECT_THAT(sent.message,
              HasSubstr("Message-ID: <gatehouse-" + std::to_string(rows()[0].id.value) + "@example.com>"));
  EXPECT_EQ(rows()[0].state, 1);
  EXPECT_FALSE(rows()[0].body);
  (void)send();
  EXPECT_EQ(script_.attempts, 1);
}

TEST_P(CourierTest, EachKind_LeadsToItsPage) {
  const std::map<Kind, std::string> pages{{Kind::reset_password, "https://app.example.com/reset-password?token=t"},
                                          {Kind::verify_email, "https://app.example.com/verify-email?token=t"},
                                          {Kind::change_email, "https://app.example.com/confirm-email?token=t"},
                                          {Kind::invitation, "https://app.example.com/reset-password?token=t"},
                                          {Kind::new_device, ""}};
  for (const auto& [kind, link] : pages) EXPECT_EQ(Letterhead{settings_}.link(kind, "t"), link);
  EXPECT_EQ(Letterhead{settings_}.link(Kind::reset_password, ""), "");
}

TEST_P(CourierTest, ManyLetters_GoInBatches) {
  enqueue_many(45);
  EXPECT_TRUE(send());
  EXPECT_TRUE(send());
  EXPECT_FALSE(send());
  EXPECT_THAT(script_.taken, SizeIs(45));
}

TEST_P(CourierTest, LetterThatIsPutOff_GoesLater) {
  enqueue();
  fail_with(DeliveryOutcome::deferred, "450 busy");
  (void)send();
  ASSERT_EQ(rows()[0].attempts, 1);
  EXPECT_EQ(rows()[0].last_error, "450 busy");
  EXPECT_GE(rows()[0].next_attempt_at, clock_.now() + seconds{24});
  EXPECT_LE(rows()[0].next_attempt_at, clock_.now() + seconds{36});
  (void)send();
  EXPECT_EQ(script_.attempts, 1) << "not before its time";
  heal();
  clock_.advance(seconds{36});
  (void)send();
  EXPECT_THAT(script_.taken, SizeIs(1));
  EXPECT_EQ(rows()[0].state, 1);
  EXPECT_FALSE(rows()[0].last_error);
}

TEST_P(CourierTest, LetterThatIsRefused_FailsAtOnce) {
  enqueue();
  fail_with(DeliveryOutcome::refused, "550 no such user");
  (void)send();
  EXPECT_EQ(rows()[0].state, 2);
  EXPECT_EQ(rows()[0].last_error, "550 no such user");
  EXPECT_FALSE(rows()[0].body);
}

TEST_P(CourierTest, ServerThatIsAway_IsAskedOnceForABatchAndTheRestIsLetGo) {
  enqueue_many(5);
  fail_with(DeliveryOutcome::unreachable);
  EXPECT_FALSE(send());
  EXPECT_EQ(script_.attempts, 1);
  heal();
  EXPECT_FALSE(send());
  EXPECT_THAT(script_.taken, SizeIs(4)) << "nobody holds them";
}

TEST_P(CourierTest, ServerThatIsAwayForAnHour_GetsEveryLetterOnceItIsBack) {
  enqueue_many(10);
  fail_with(DeliveryOutcome::unreachable);
  for (int minute = 0; minute < 60; ++minute) {
    (void)send();
    clock_.advance(minutes{1});
  }
  EXPECT_THAT(script_.taken, SizeIs(0));
  heal();
  clock_.advance(minutes{72});
  while (send()) {
  }
  EXPECT_THAT(script_.taken, SizeIs(10));
  for (const auto& row : rows()) EXPECT_EQ(row.state, 1);
}

TEST_P(CourierTest, LetterThatNeverArrives_IsGivenUpAfterADay) {
  enqueue();
  fail_with(DeliveryOutcome::deferred, "450 busy");
  const TimePoint end = clock_.now() + settings_.give_up;
  while (clock_.now() < end) {
    (void)send();
    EXPECT_EQ(rows()[0].state, 0);
    EXPECT_LE(rows()[0].next_attempt_at, end);
    clock_.set(rows()[0].next_attempt_at);
  }
  (void)send();
  EXPECT_EQ(rows()[0].state, 2);
  EXPECT_GT(script_.attempts, 20);
  EXPECT_LT(script_.attempts, 35);
}

TEST_P(CourierTest, LetterWhoseLinkHasEnded_IsNotSent) {
  Letter reset = letter();
  reset.expires_at = clock_.now() + minutes{10};
  enqueue(std::move(reset));
  fail_with(DeliveryOutcome::deferred);
  for (int i = 0; i < 3; ++i) {
    (void)send();
    clock_.set(rows()[0].next_attempt_at);
  }
  EXPECT_EQ(clock_.now(), rows()[0].next_attempt_at);
  heal();
  (void)send();
  EXPECT_EQ(rows()[0].state, 3);
  EXPECT_FALSE(rows()[0].body);
  EXPECT_THAT(script_.taken, SizeIs(0));
}

TEST_P(CourierTest, BodyOfAnotherRow_IsNotSent) {
  enqueue(letter(), "ada@example.com");
  enqueue(letter(), "eve@example.com");
  run_script(
      "UPDATE mails SET body = (SELECT body FROM mails AS other WHERE other.recipient = 'ada@example.com') "
      "WHERE recipient = 'eve@example.com'");
  (void)send();
  EXPECT_THAT(script_.taken, SizeIs(1));
  for (const auto& row : rows()) EXPECT_EQ(row.state, row.recipient == "ada@example.com" ? 1 : 2);
  EXPECT_THAT(failed_, SizeIs(1));
}

TEST_P(CourierTest, BodyOfAnUnknownKey_WaitsForWhoKnowsIt) {
  const std::array<SecretString, 1> newer{SecretString{"another-secret-of-the-contract-tests-0123"}};
  const Outbox others{std::make_shared<const Stationery>(settings_, newer), clock_, random_};
  commit(others.letter_to_address("ada@example.com", letter()));
  (void)send();
  EXPECT_EQ(rows()[0].state, 0);
  EXPECT_THAT(rows()[0].last_error.value(), HasSubstr("SESSION_SECRET"));
}

TEST_P(CourierTest, AddressThatWouldHarm_IsNeverTried) {
  enqueue(letter(), "a@example.com\r\nRCPT TO:<b@example.com>");
  enqueue(letter(), "");
  (void)send();
  EXPECT_EQ(script_.attempts, 0);
  for (const auto& row : rows()) EXPECT_EQ(row.state, 2);
}

TEST_P(CourierTest, KindOfANewerVersion_IsLeftToIt) {
  enqueue();
  run_script("UPDATE mails SET kind = 'newsletter'");
  (void)send();
  EXPECT_EQ(script_.attempts, 0);
  EXPECT_EQ(rows()[0].state, 0);
  EXPECT_THAT(rows()[0].last_error.value(), HasSubstr("newer version"));
}

TEST_P(CourierTest, SlowServer_KeepsOthersOut) {
  enqueue_many(3);
  const auto others = backend_->another_provider();
  const auto other_database = others->open(io_, 1);
  const auto other = courier_on(*other_database);
  script_.answer = [this](const Envelope&) {
    clock_.advance(seconds{30});
    return Delivery{};
  };
  (void)send();
  EXPECT_THAT(script_.taken, SizeIs(3));
  clock_.advance(hours{1});
  (void)run(other->send_batch());
  EXPECT_THAT(script_.taken, SizeIs(3));
}

TEST_P(CourierTest, ClaimThatWasLost_IsNotSent) {
  enqueue_many(2);
  script_.answer = [this](const Envelope&) {
    clock_.advance(MailStore::claim_time);
    backend_->run_beside("UPDATE mails SET claimed_by = 'other'");
    return Delivery{};
  };
  (void)send();
  EXPECT_THAT(script_.taken, SizeIs(1)) << "the one that was under way";
  for (const auto& row : rows()) EXPECT_EQ(row.state, 0) << "another courier says what becomes of it";
}

TEST_P(CourierTest, ProcessThatDiesBetweenSendingAndMarking_SendsOnceMoreWithTheSameMessageId) {
  enqueue();
  ASSERT_THAT(commit(MailStore::claim({.holder = "died", .now = clock_.now()})), SizeIs(1));
  (void)send();
  EXPECT_EQ(script_.attempts, 0) << "still held";
  clock_.advance(MailStore::claim_time + microseconds{1});
  (void)send();
  ASSERT_THAT(script_.taken, SizeIs(1));
  EXPECT_EQ(rows()[0].state, 1);
}

TEST_P(CourierTest, Outage_IsToldOnceAndItsEnd) {
  enqueue_many(3);
  fail_with(DeliveryOutcome::unreachable, "connection refused");
  for (int i = 0; i < 3; ++i) (void)send();
  heal();
  clock_.advance(hours{1});
  (void)send();
  queue_.reset();  // writes what it holds
  const auto lines = output_.lines();
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], HasSubstr("mail_server_unreachable"));
  EXPECT_THAT(lines[0], HasSubstr("connection refused"));
  EXPECT_THAT(lines[1], HasSubstr("mail_server_reachable"));
}

TEST_P(CourierTest, BellRings_AndTheLetterGoesAtOnce) {
  backend_->provider().observers().add(bell_);
  boost::asio::cancellation_signal signal;
  bool has_ended = false;
  boost::asio::co_spawn(io_, courier_->run(),
                        boost::asio::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr& thrown) {
                          EXPECT_FALSE(thrown);
                          has_ended = true;
                        }));
  enqueue();
  EXPECT_TRUE(gatehouse::testing::run_until(io_, [this] { return script_.taken_count == 1; }));
  signal.emit(boost::asio::cancellation_type::terminal);
  EXPECT_TRUE(gatehouse::testing::run_until(io_, [&] { return has_ended; }));
}

}  // namespace
}  // namespace gatehouse::mail
