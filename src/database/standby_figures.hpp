#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/counter.hpp"
#include "metrics/page.hpp"

namespace gatehouse::database {

/// What became of a read that was sent to a standby. All but the first are answered by the primary.
enum class StandbyOutcome : std::uint8_t {
  answered,
  behind,  ///< it had not replayed enough, or more was required when its answer came
  failed,  ///< it gave no answer, or a late one
};
[[nodiscard]] constexpr std::string_view to_text(StandbyOutcome outcome) {
  switch (outcome) {
    case StandbyOutcome::answered:
      return "answered";
    case StandbyOutcome::behind:
      return "behind";
    case StandbyOutcome::failed:
      return "failed";
  }
  return "";
}

/// What a process knows of one standby. Any thread.
class StandbyFigures {
 public:
  explicit StandbyFigures(std::string name) : name_(std::move(name)) {}

  /// `host:port`, as the settings have it.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  void count(StandbyOutcome outcome) noexcept { reads_.add(outcome); }
  /// It was seen this many bytes of log behind its primary.
  void follows(std::int64_t lag_bytes) noexcept { lag_bytes_.store(lag_bytes, std::memory_order_relaxed); }
  /// It does not answer, or is no standby of the primary in use.
  void is_away() noexcept { lag_bytes_.store(unknown, std::memory_order_relaxed); }

 private:
  friend void write_standbys(metrics::Page& page, std::span<const std::shared_ptr<StandbyFigures>> standbys);

  static constexpr std::int64_t unknown = -1;

  const std::string name_;
  metrics::CounterSet<StandbyOutcome, StandbyOutcome::failed> reads_;
  std::atomic<std::int64_t> lag_bytes_{unknown};
};

/// gatehouse_standby_….
void write_standbys(metrics::Page& page, std::span<const std::shared_ptr<StandbyFigures>> standbys);

}  // namespace gatehouse::database
