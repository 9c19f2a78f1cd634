#include "runtime/wait_estimate.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace gatehouse::runtime {

namespace {

constexpr std::int64_t smoothing = 8;
constexpr std::chrono::seconds retry_after_max{60};

}  // namespace

void WaitEstimate::record(std::chrono::nanoseconds service_time) {
  const auto time = std::max(service_time, std::chrono::nanoseconds::zero());
  service_time_ = measured_ ? service_time_ + (time - service_time_) / smoothing : time;
  measured_ = true;
}

std::chrono::nanoseconds WaitEstimate::predicted_wait(std::size_t waiting, std::size_t running,
                                                      std::size_t threads) const {
  if (waiting + running < threads) return std::chrono::nanoseconds::zero();
  const auto jobs_ahead = static_cast<double>(waiting) + 1.0;
  const double wait_ns = static_cast<double>(service_time_.count()) * jobs_ahead / static_cast<double>(threads);
  constexpr auto longest = std::chrono::nanoseconds::max() / 2;
  return wait_ns < static_cast<double>(longest.count()) ? std::chrono::nanoseconds{static_cast<std::int64_t>(wait_ns)}
                                                        : longest;
}

std::chrono::seconds retry_after(std::chrono::nanoseconds predicted_wait) {
  return std::clamp(std::chrono::ceil<std::chrono::seconds>(predicted_wait), std::chrono::seconds{1}, retry_after_max);
}

}  // namespace gatehouse::runtime
