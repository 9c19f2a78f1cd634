#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/boot_clock.hpp"
#include "database/postgres/connect_options.hpp"
#include "database/postgres/wanted_position.hpp"
#include "database/standby_figures.hpp"

namespace gatehouse::database::postgres {

/// The standbys of DB_REPLICA_HOSTS, and what the process's io threads know of them together. Any thread.
class Standbys {
 public:
  static constexpr std::chrono::milliseconds look_interval{1'000};

  /// `queries` says how the primary is reached; the standbys are reached in the same way, at their own addresses.
  Standbys(const std::vector<ServerAddress>& servers, const ConnectOptions& queries, const BootClock& clock);

  [[nodiscard]] std::size_t size() const noexcept { return options_.size(); }
  [[nodiscard]] const std::shared_ptr<const ConnectOptions>& options(std::size_t position) const {
    return options_[position];
  }
  [[nodiscard]] StandbyFigures& figures(std::size_t position) const { return *figures_[position]; }
  [[nodiscard]] const std::vector<std::shared_ptr<StandbyFigures>>& all_figures() const noexcept { return figures_; }
  [[nodiscard]] WantedPosition& wanted() noexcept { return wanted_; }

  /// True for only one of the threads that ask within an interval: that one looks how far the standbys are.
  [[nodiscard]] bool is_my_look(BootTime now);

 private:
  std::vector<std::shared_ptr<const ConnectOptions>> options_;
  std::vector<std::shared_ptr<StandbyFigures>> figures_;
  WantedPosition wanted_;
  std::atomic<BootTime> next_look_{BootTime::min()};
};

}  // namespace gatehouse::database::postgres
