#include "mail/back_off.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace gatehouse::mail {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<seconds, 5> steps{seconds{30}, minutes{2}, minutes{10}, minutes{30}, minutes{60}};

}  // namespace

std::chrono::microseconds back_off_after(std::int64_t failed_attempts, crypto::Random& random) {
  const auto last = static_cast<std::int64_t>(steps.size()) - 1;
  const std::chrono::microseconds step =
      steps[static_cast<std::size_t>(std::clamp<std::int64_t>(failed_attempts - 1, 0, last))];
  std::uint32_t drawn = 0;
  random.fill(std::as_writable_bytes(std::span{&drawn, 1}));
  const auto spread = step * 2 / 5;
  return step - spread / 2 + std::chrono::microseconds{spread.count() * (drawn % 1001) / 1000};
}

}  // namespace gatehouse::mail
