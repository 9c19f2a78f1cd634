#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "revocations/revocation_store.hpp"

namespace gatehouse::revocations {

/// What comes after a place, as far as it was read.
struct News {
  std::vector<Revocation> revocations;              ///< in order
  Place end;                                        ///< the place that is reached with them
  TimePoint as_of;                                  ///< everything revoked before it is in the log up to `end`
  bool is_cut = false;                              ///< there is more, to be read at once
  std::chrono::steady_clock::time_point read_at{};  ///< as_of by a steady clock
};

/// The log as its readers see it, in order and without gaps. Belongs to its Database's thread; throws what Database
/// throws.
class RevocationLog {
 public:
  static constexpr std::int64_t news_max = 1000;  ///< of one reading
  /// By how much the clocks of the database and of the replicas may differ.
  static constexpr std::chrono::minutes clock_slack{1};

  /// `database` and `clock` outlive the log.
  /// `token_ttl` is how long tokens of this process live.
  RevocationLog(database::Database& database, const Clock& clock, std::chrono::seconds token_ttl)
      : database_(database), store_(database), clock_(clock), token_ttl_(token_ttl) {}

  /// At most news_max. Nothing: the log does not know the place, or something after it was deleted.
  [[nodiscard]] Task<std::optional<News>> read(Place after);

  /// The place of the newest revocation, and the time at which it was the newest.
  struct End {
    Place place;
    TimePoint as_of;
    std::chrono::steady_clock::time_point read_at{};  ///< as in News
    std::chrono::seconds token_ttl;                   ///< the longest life of tokens that are alive, plus clock_slack
  };
  [[nodiscard]] Task<End> end();

  /// The next revocations after `after` and up to `end`, without those that were over at its as_of; empty: there are no
  /// more.
  [[nodiscard]] Task<std::vector<Revocation>> part(Place after, End end);

 private:
  [[nodiscard]] Task<Reading> read_in_order(std::int64_t from_position);

  database::Database& database_;
  RevocationStore store_;
  const Clock& clock_;
  const std::chrono::seconds token_ttl_;
};

}  // namespace gatehouse::revocations
