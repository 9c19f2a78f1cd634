#include "flows/letters/mail_budget.hpp"

#include <gtest/gtest.h>

#include "crypto/random.hpp"

namespace gatehouse::flows {
namespace {

using namespace std::chrono_literals;

class MailBudgetTest : public ::testing::Test {
 protected:
  int taken(UserId user, int attempts) {
    int count = 0;
    for (int i = 0; i < attempts; ++i) count += budget_.take(mail::Kind::reset_password, user) ? 1 : 0;
    return count;
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
  while (budget_.take(mail::Kind::change_email, UserId{1})) {
  }
  EXPECT_FALSE(budget_.take(mail::Kind::change_email, UserId{1}));
  EXPECT_TRUE(budget_.take(mail::Kind::change_email, "ada@example.com"));
  EXPECT_EQ(taken(UserId{1}, 10), 3);
}

TEST(MailBudget, PolicyThatIsOff_AllowsAll) {
  crypto::SystemRandom random;
  limits::LimitSettings settings;
  settings.quotas = {};
  limits::RateLimits limits{settings, random};
  const MailBudget budget{limits, [] { return limits::Instant{0}; }};
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(budget.take(mail::Kind::verify_email, UserId{1}));
}

}  // namespace
}  // namespace gatehouse::flows
