#include "flows/letters/mail_budget.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "crypto/random.hpp"

namespace gatehouse::flows {
namespace {

using namespace std::chrono_literals;

class MailBudgetTest : public ::testing::Test {
 protected:
  int taken(UserId user, int attempts) {
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += is_sent(mail::Kind::reset_password, user) ? 1 : 0;
    return count;
  }

  template <class Whom>
  bool is_sent(mail::Kind kind, const Whom& whom) {
    auto mail = budget_.take(kind, whom);
    if (mail) mail->keep();
    return mail.has_value();
  }

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

// Three mails of another kind kept the owner from a reset.
TEST_F(MailBudgetTest, MailsOfAnotherKind_LeaveAResetPossible) {
  while (is_sent(mail::Kind::change_email, UserId{1})) {
  }
  EXPECT_FALSE(is_sent(mail::Kind::change_email, UserId{1}));
  EXPECT_TRUE(is_sent(mail::Kind::change_email, "ada@example.com"));
  EXPECT_EQ(taken(UserId{1}, 10), 3);
}

// Requests that were refused kept the owner from hearing of one that was not.
TEST_F(MailBudgetTest, MailThatIsNotKept_WasCountedAllTheSame) {
  for (int i = 0; i < 10; ++i) {
    const auto one = budget_.take(mail::Kind::reset_password, UserId{1});
    CountedMail other = budget_.take(mail::Kind::reset_password, UserId{1}).value();
    const CountedMail moved = std::move(other);
    EXPECT_TRUE(one);
  }
  EXPECT_EQ(taken(UserId{1}, 10), 3);
}

// An attacker's long address used up the mails of another one that begins alike.
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
  std::vector<CountedMail> mails;
  for (int i = 0; i < 100; ++i) mails.push_back(budget.take(mail::Kind::verify_email, UserId{1}).value());
}

}  // namespace
}  // namespace gatehouse::flows
