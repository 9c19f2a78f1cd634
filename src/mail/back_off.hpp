#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"
#include "crypto/random.hpp"

namespace gatehouse::mail {

/// How long to wait after so many failed attempts, at least one: 30 s, 2 min, 10 min, 30 min, then an hour each, up to
/// a fifth more or less, so that mails that failed together are not tried together for ever.
[[nodiscard]] std::chrono::microseconds back_off_after(std::int64_t failed_attempts, crypto::Random& random);

}  // namespace gatehouse::mail
