#include "flows/letters/mail_budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/random.hpp"
#include "support/run_task.hpp"
#include "unit/limits/scripted_limits.hpp"

namespace gatehouse::flows {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class MailBudgetTest : public ::testing::Test {
 protected:
  int taken(UserId user, int attempts) {
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += is_sent(mail::Kind::reset_password, user) ? 1 : 0;
    return count;
  }

  template <class Whom>
  std::optional<CountedMail> take(mail::Kind kind, const Whom& whom, const MailBudget::Shared& shared = nullptr) {
    return gatehouse::testing::run_task(io_, budget_.take(kind, whom, shared));
  }

  template <class Whom>
  bool is_sent(mail::Kind kind, const Whom& whom) {
    auto mail = take(kind, whom);
    if (mail) mail->keep();
    return mail.has_value();
  }

  boost::asio::io_context io_{1};
  crypto::SystemRandom random_;
  limits::RateLimits limits_{limits::LimitSettings{}, random_};
  limits::Instant now_ = 1h;
  const MailBudget budget_{limits_, [this] { return now_; }};
};

TEST_F(MailBudgetTest, EachUser_HasThreeMailsAtOnceAndFiveAnHour) {
  EXPECT_EQ(taken(UserId{1}, 10), 3);
  EXPECT_EQ(taken(UserId{2}, 10), 3);
  now_ += 12min;
  EXPECT_EQ(taken(UserId{1}, 10), 1);
  now_ += 1h;
  EXPECT_EQ(taken(UserId{1}, 10), 3);
}

// Three mails of another kind once kept the owner from a reset.
TEST_F(MailBudgetTest, MailsOfAnotherKind_LeaveAResetPossible) {
  while (is_sent(mail::Kind::change_email, UserId{1})) {
  }
  EXPECT_FALSE(is_sent(mail::Kind::change_email, UserId{1}));
  EXPECT_TRUE(is_sent(mail::Kind::change_email, "ada@example.com"));
  EXPECT_EQ(taken(UserId{1}, 10), 3);
}

// Refused requests once kept the owner from hearing of one that was not refused.
TEST_F(MailBudgetTest, MailThatIsNotKept_WasCountedAllTheSame) {
  for (int i = 0; i < 10; ++i) {
    const auto one = take(mail::Kind::reset_password, UserId{1});
    CountedMail other = take(mail::Kind::reset_password, UserId{1}).value();
    const CountedMail moved = std::move(other);
    EXPECT_TRUE(one);
  }
  EXPECT_EQ(taken(UserId{1}, 10), 3);
}

// An attacker's long address once used up the mails of another one that begins alike.
TEST_F(MailBudgetTest, LongAddressesThatBeginAlike_SharedABudget) {
  const std::string long_name(60, 'x');
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(is_sent(mail::Kind::change_email, long_name + std::to_string(i)));
}

TEST(MailBudget, PolicyThatIsOff_AllowsAll) {
  crypto::SystemRandom random;
  limits::LimitSettings settings;
  settings.quotas = {};
  limits::RateLimits limits{settings, random};
  const MailBudget budget{limits, [] { return limits::Instant{0}; }};
  boost::asio::io_context io{1};
  std::vector<CountedMail> mails;
  for (int i = 0; i < 100; ++i) {
    mails.push_back(gatehouse::testing::run_task(io, budget.take(mail::Kind::verify_email, UserId{1})).value());
  }
}

TEST_F(MailBudgetTest, SharedBudget_IsChargedAndGivenBackThere) {
  const auto shared = std::make_shared<limits::ScriptedLimits>();
  shared->outcomes = {limits::Outcome{}, limits::Outcome{.refused_by = 0}};
  {
    const auto one = take(mail::Kind::reset_password, UserId{1}, shared);
    ASSERT_TRUE(one);
    EXPECT_TRUE(shared->given_back.empty());
  }
  EXPECT_THAT(shared->given_back, ElementsAre("mail-account reset-password 1"));
  EXPECT_FALSE(take(mail::Kind::reset_password, UserId{1}, shared));
  EXPECT_EQ(shared->given_back.size(), 1U);
  EXPECT_EQ(taken(UserId{1}, 10), 3) << "this process has counted nothing";
}

TEST_F(MailBudgetTest, SharedBudgetThatIsAway_LeavesThisProcessItsOwn) {
  const auto shared = std::make_shared<limits::ScriptedLimits>();
  shared->outcomes = {std::nullopt, std::nullopt};
  take(mail::Kind::reset_password, UserId{1}, shared).value().keep();
  {
    const auto given_back = take(mail::Kind::reset_password, UserId{1}, shared);
  }
  EXPECT_TRUE(shared->given_back.empty());
  EXPECT_EQ(taken(UserId{1}, 10), 2);
}

TEST_F(MailBudgetTest, MailThatOutlivesTheSharedBudget_IsNotGivenBack) {
  auto shared = std::make_shared<limits::ScriptedLimits>();
  shared->outcomes = {limits::Outcome{}};
  const auto mail = take(mail::Kind::reset_password, UserId{1}, shared);
  shared = nullptr;
  EXPECT_TRUE(mail);
}

}  // namespace
}  // namespace gatehouse::flows
