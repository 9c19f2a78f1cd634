#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"
#include "crypto/random.hpp"

namespace gatehouse::mail {

/// How long to wait after this many failed attempts (at least one): 30 s, 2 min, 10 min, 30 min, then an hour each. The
/// time varies at random by up to a fifth, so that mails that failed together are not retried together for ever.
[[nodiscard]] std::chrono::microseconds back_off_after(std::int64_t failed_attempts, crypto::Random& random);

}  // namespace gatehouse::mail
