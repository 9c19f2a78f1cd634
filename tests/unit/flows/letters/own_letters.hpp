#pragma once

#include <memory>
#include <span>

#include "base/clock.hpp"
#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "flows/letters/letters.hpp"
#include "limits/rate_limits.hpp"
#include "mail/outbox.hpp"

namespace gatehouse::flows {

/// Letters together with everything they need. What the constructor is given outlives them.
class OwnLetters {
 public:
  OwnLetters(database::Database& database, const Clock& clock, crypto::Random& random, bool sends_notices)
      : outbox_(std::make_shared<const mail::Stationery>(mail::MailSettings{}, std::span{&secret_, 1}), clock, random),
        limits_(limits::LimitSettings{}, random),
        budget_(limits_, [] { return limits::Instant{0}; }),
        letters({.database = database,
                 .outbox = outbox_,
                 .budget = budget_,
                 .lifetimes = {},
                 .sends_notices = sends_notices,
                 .verifies_new_users = false,
                 .clock = clock,
                 .random = random}) {}

 private:
  const SecretString secret_{"0123456789abcdef0123456789abcdef"};
  const mail::Outbox outbox_;
  limits::RateLimits limits_;
  const MailBudget budget_;

 public:
  Letters letters;
};

}  // namespace gatehouse::flows
