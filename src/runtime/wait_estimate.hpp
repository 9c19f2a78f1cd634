#pragma once

#include <chrono>
#include <cstddef>

namespace gatehouse::runtime {

/// Predicts how long a job that joins a pool's queue now would wait before a thread takes it.
///
/// The service time is an exponentially weighted moving average (weight 1/8, as RFC 6298 smooths round trips), so that
/// the prediction follows the machine within a few jobs and one odd job does not move it far. Pure: no clock, no
/// threads; the pool calls it under its own lock.
class WaitEstimate {
 public:
  /// `first_guess` stands in for the service time until the first job has been measured.
  explicit WaitEstimate(std::chrono::nanoseconds first_guess) : service_time_(first_guess) {}

  /// Takes in one finished job's time on its thread. The first one replaces the guess. Negative times count as zero.
  void record(std::chrono::nanoseconds service_time);

  [[nodiscard]] std::chrono::nanoseconds service_time() const { return service_time_; }

  /// Zero while a thread is idle; otherwise the time until `threads` threads have finished the jobs waiting and one of
  /// those running. Never negative, saturates instead of overflowing. `threads` of at least 1.
  [[nodiscard]] std::chrono::nanoseconds predicted_wait(std::size_t waiting, std::size_t running,
                                                        std::size_t threads) const;

 private:
  std::chrono::nanoseconds service_time_;
  bool measured_ = false;
};

/// The wait as whole seconds for `Retry-After` (RFC 9110 section 10.2.3): rounded up, at least 1, at most 60.
[[nodiscard]] std::chrono::seconds retry_after(std::chrono::nanoseconds predicted_wait);

}  // namespace gatehouse::runtime
