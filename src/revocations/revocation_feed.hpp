#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "metrics/page.hpp"
#include "revocations/model.hpp"
#include "revocations/revocation_log.hpp"
#include "revocations/topics.hpp"
#include "runtime/waiting_room.hpp"

namespace gatehouse::revocations {

/// The newest part of the log, for those who wait for what comes next. Immutable.
struct RecentPart {
  Place begin;                                    ///< the place before the first row
  std::vector<Revocation> rows;                   ///< in order
  TimePoint as_of;                                ///< as in News
  std::chrono::steady_clock::time_point read_at;  ///< likewise

  [[nodiscard]] Place end() const { return rows.empty() ? begin : rows.back().place; }
  /// What comes after the place; nothing if the place is not in this part.
  [[nodiscard]] std::optional<News> behind(Place place) const;
};

/// Passes revocations on to those who wait for them in this process. One keeper reads the log for all of them, as long
/// as anybody waits.
///
/// Threads: any.
class RevocationFeed {
 public:
  static constexpr std::size_t recent_rows_max = 1024;

  /// The place of one reader, which the destructor frees.
  class Seat {
   public:
    Seat(Seat&& other) noexcept : feed_(std::exchange(other.feed_, nullptr)) {}
    Seat& operator=(Seat&&) = delete;
    ~Seat() {
      if (feed_ != nullptr) --feed_->taken_;
    }

   private:
    friend class RevocationFeed;
    explicit Seat(RevocationFeed& feed) : feed_(&feed) {}

    RevocationFeed* feed_;
  };

  explicit RevocationFeed(std::uint32_t readers_max) : readers_max_(readers_max) {}

  /// Nothing if all seats are taken. The feed outlives the seat.
  [[nodiscard]] std::optional<Seat> take_seat();
  [[nodiscard]] bool has_readers() const { return taken_.load(std::memory_order_relaxed) > 0; }

  /// Null: nothing was read yet.
  [[nodiscard]] std::shared_ptr<const RecentPart> recent() const;
  /// For the keeper: adds what comes after the recent part, or begins another part. Wakes all who wait.
  void publish(News news);
  void begin_at(const RevocationLog::End& end);

  /// Ends all waiting, because the process ends.
  void end();
  [[nodiscard]] bool has_ended() const { return has_ended_.load(std::memory_order_relaxed); }

  /// Where readers wait.
  [[nodiscard]] runtime::WaitingRoom& room() { return room_; }
  /// Where the keeper waits.
  [[nodiscard]] RevocationBell& bell() { return bell_; }

  /// gatehouse_revocation_readers.
  void write(metrics::Page& page) const;

 private:
  void turn_to(std::shared_ptr<const RecentPart> part);

  const std::uint32_t readers_max_;
  std::atomic<std::uint32_t> taken_ = 0;
  std::atomic<bool> has_ended_ = false;
  RevocationBell bell_;
  runtime::WaitingRoom room_;

  mutable std::mutex mutex_;
  std::shared_ptr<const RecentPart> recent_;  ///< guarded by mutex_
};

}  // namespace gatehouse::revocations
