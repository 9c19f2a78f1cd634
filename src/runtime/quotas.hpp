#pragma once

#include <cstdint>
#include <map>
#include <mutex>

namespace gatehouse::runtime {

/// Counts how many units each key has taken, with the same limit for every key. Holds no more entries than there are
/// units taken. Any thread; it takes a lock for the time of a lookup, so do not use it on the path of a request.
template <class Key>
class Quotas {
 public:
  explicit Quotas(std::uint32_t each_max) : each_max_(each_max) {}

  /// False if this key has taken all it may have.
  [[nodiscard]] bool take(const Key& key) {
    const std::scoped_lock lock{mutex_};
    std::uint32_t& taken = taken_[key];
    if (taken >= each_max_) return false;
    ++taken;
    return true;
  }

  /// To be called once for each take() that returned true.
  void give_back(const Key& key) {
    const std::scoped_lock lock{mutex_};
    const auto entry = taken_.find(key);
    if (--entry->second == 0) taken_.erase(entry);
  }

 private:
  const std::uint32_t each_max_;  ///< at least 1
  std::mutex mutex_;
  std::map<Key, std::uint32_t> taken_;  ///< guarded by mutex_; a tree, so that nobody can choose keys that collide
};

}  // namespace gatehouse::runtime
