#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "database/call_observer.hpp"
#include "metrics/page.hpp"

namespace gatehouse::database {

/// How long calls took, for each statement that has been used and each outcome. Any thread, without a lock.
class CallTimes final : public CallObserver {
 public:
  CallTimes() = default;
  ~CallTimes() override;
  CallTimes(const CallTimes&) = delete;
  CallTimes& operator=(const CallTimes&) = delete;

  void on_call(const EndedCall& call) noexcept override;

  /// gatehouse_database_query_duration_seconds.
  void write(metrics::Page& page) const;

 private:
  struct Times {
    const Statement& statement;
    std::array<metrics::Histogram<metrics::Counter>, call_outcome_count> by_outcome = {};
  };
  /// Several times the number of statements in the program. If all places were taken, further statements would not be
  /// counted.
  static constexpr std::size_t place_count = 1024;

  [[nodiscard]] Times* times_of(const Statement& statement) noexcept;

  std::array<std::atomic<Times*>, place_count> places_{};  ///< owned; open addressing by the statement's address
};

}  // namespace gatehouse::database
