#pragma once

#include "api/access/rate_limiter.hpp"
#include "crypto/random.hpp"

namespace gatehouse::api {

/// A limiter that lets everything pass.
class NoLimits {
 public:
  [[nodiscard]] const RateLimiter& limiter() const { return limiter_; }

 private:
  static limits::LimitSettings all_off() {
    limits::LimitSettings settings;
    settings.quotas = {};
    return settings;
  }

  crypto::SystemRandom random_;
  limits::RateLimits limits_{all_off(), random_};
  const RateLimiter limiter_{limits_, 64, [] { return limits::Instant{0}; }};
};

}  // namespace gatehouse::api
