#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api_keys/api_key_store.hpp"
#include "api_keys/model.hpp"
#include "base/time.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::api_keys {

using SecretHash = crypto::Sha256Digest;

/// One key in memory. Any thread.
class KnownKey {
 public:
  /// `used_at_us`: a use that is already known but not written yet.
  KnownKey(StoredKey stored, std::int64_t used_at_us);

  [[nodiscard]] const ApiKey& key() const noexcept { return key_; }
  /// Whether a text with this hash is valid at this time. Takes the same time for every hash.
  [[nodiscard]] bool takes(const SecretHash& hash, TimePoint now) const noexcept;

  /// False once the row may have changed.
  [[nodiscard]] bool is_current() const noexcept { return is_current_.load(std::memory_order_acquire); }
  void give_up() noexcept { is_current_.store(false, std::memory_order_release); }

  /// Accurate to a few seconds, so that threads do not contend for it.
  void note_use(TimePoint now) noexcept;
  [[nodiscard]] std::int64_t used_at_us() const noexcept { return used_at_us_.load(std::memory_order_relaxed); }
  /// A use that is not written yet and is at least use_interval later than the last one written.
  [[nodiscard]] std::optional<KeyUse> use_to_write() const noexcept;
  void note_written(TimePoint at) noexcept;

 private:
  const ApiKey key_;
  SecretHash hash_{};
  SecretHash previous_hash_{};
  TimePoint previous_until_ = TimePoint::min();  ///< the first moment at which the previous secret is not valid
  TimePoint ends_at_ = TimePoint::max();
  std::atomic<bool> is_current_{true};
  std::atomic<std::int64_t> used_at_us_;
  std::atomic<std::int64_t> written_us_;
};

/// All keys that had not ended when the table was read, by public id. The set of keys never changes; any thread.
class KeyTable {
 public:
  /// `before`, which may be null, is the table whose unwritten uses are taken over.
  KeyTable(std::vector<StoredKey> keys, const KeyTable* before);

  /// Null: the table had no such key. Neither allocates nor waits.
  [[nodiscard]] const std::shared_ptr<KnownKey>* find(std::string_view public_id) const noexcept;

  /// Whether a key that is not in this table does not exist.
  [[nodiscard]] bool is_complete() const noexcept { return is_complete_.load(std::memory_order_acquire); }
  /// Notes that this key may have changed, or may be new.
  void give_up(ApiKeyId id) noexcept;
  void give_up_all() noexcept;

  [[nodiscard]] std::vector<KeyUse> uses_to_write() const;
  void note_written(const std::vector<KeyUse>& uses) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  std::unordered_map<std::string_view, std::shared_ptr<KnownKey>> keys_;  ///< keyed by a view into the key itself
  std::atomic<bool> is_complete_{true};
};

}  // namespace gatehouse::api_keys
