#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>

#include "limits/arrivals.hpp"
#include "limits/outcome.hpp"

namespace gatehouse::limits {

/// One unit of a key's quota.
struct Charge {
  Key key;
  Quota quota;
};

/// Everybody's budgets, in the memory of this process. Any thread.
class MemoryLimits {
 public:
  /// At most `entries_max` keys are remembered, see Arrivals.
  explicit MemoryLimits(std::size_t entries_max);

  /// At most charges_max, of different keys. Waits for no more than a mutex, and allocates only when it grows.
  [[nodiscard]] Outcome charge(std::span<const Charge> charges, Instant now);

  void give_back(const Charge& charge, Instant now);

  /// Places for keys, in use or not, for tests of the bound.
  [[nodiscard]] std::size_t places();

 private:
  struct Shard {
    explicit Shard(std::size_t entries_max) : arrivals(entries_max) {}
    std::mutex mutex;
    Arrivals arrivals;  ///< guarded by mutex
  };
  using Locks = std::array<std::unique_lock<std::mutex>, charges_max>;

  static constexpr std::size_t shard_count = 64;

  [[nodiscard]] static std::size_t index_of(const Key& key) { return key.high % shard_count; }
  [[nodiscard]] Shard& shard_of(const Key& key) { return *shards_[index_of(key)]; }
  [[nodiscard]] Locks lock(std::span<const Charge> charges);

  std::array<std::unique_ptr<Shard>, shard_count> shards_;
};

}  // namespace gatehouse::limits
