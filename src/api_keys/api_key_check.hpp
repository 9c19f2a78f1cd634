#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api_keys/api_key_cache.hpp"
#include "api_keys/api_key_store.hpp"
#include "base/clock.hpp"
#include "database/database.hpp"
#include "database/errors.hpp"
#include "runtime/shared_run.hpp"

namespace gatehouse::api_keys {

/// The result of checking a key: the key, or null if it is not valid. It may be kept.
using Checked = std::shared_ptr<const ApiKey>;

/// One reading of the table, shared by all in this process who need it at the same time.
class KeyReading {
 public:
  /// `patience`: how long to wait for a reading that somebody else began.
  explicit KeyReading(std::chrono::milliseconds patience)
      : run_({.good_for = std::chrono::milliseconds{0}, .patience = patience}) {}

  /// Why the table could not be read, as a value that several threads may share.
  struct Failure {
    std::optional<database::Unavailable::Reason> unavailable;  ///< nothing: the statement failed
    std::string text;
  };
  /// What was read.
  struct Found {
    std::uint64_t number;  ///< of the reading; they are numbered from 1 in the order in which they began
    ApiKeyCache::FillTicket ticket;
    std::vector<StoredKey> keys = {};
    std::optional<Failure> failure = {};
  };
  [[nodiscard]] runtime::SharedRun<std::shared_ptr<const Found>>& run() { return run_; }

  /// Counts a reading that begins, and returns its number.
  [[nodiscard]] std::uint64_t begin() { return begun_.fetch_add(1, std::memory_order_acq_rel) + 1; }
  [[nodiscard]] std::uint64_t begun() const { return begun_.load(std::memory_order_acquire); }

 private:
  runtime::SharedRun<std::shared_ptr<const Found>> run_;
  std::atomic<std::uint64_t> begun_{0};
};

/// Says whether a text is a key of the table. One per io thread; everything passed to it outlives it.
///
/// Wherever the cache may answer, the answer comes from memory, costs no query and allocates nothing. Otherwise the
/// whole table is read, once for all who ask meanwhile, so that made-up keys cannot cause a query each.
class ApiKeyCheck {
 public:
  ApiKeyCheck(database::Database& database, ApiKeyCache& cache, KeyReading& reading, const Clock& clock)
      : store_(database), cache_(cache), reading_(reading), clock_(clock) {}

  /// The answer from memory; nothing if check() must be asked. A text without the form and checksum of a key is refused
  /// before anything is looked up.
  [[nodiscard]] std::optional<Checked> check_now(std::string_view text);

  /// The answer from the table, which is read for it. `text` outlives the task. Throws what Database throws.
  [[nodiscard]] Task<Checked> check(std::string_view text);

 private:
  using Found = KeyReading::Found;

  [[nodiscard]] Checked judge(const std::shared_ptr<KnownKey>& key, std::string_view text);
  [[nodiscard]] Checked judge(const Found& found, std::string_view public_id, std::string_view text);
  [[nodiscard]] Task<std::shared_ptr<const Found>> read();
  [[nodiscard]] Task<std::shared_ptr<const Found>> read_from_now_on();

  ApiKeyStore store_;
  ApiKeyCache& cache_;
  KeyReading& reading_;
  const Clock& clock_;
  ApiKeyCache::TableInUse in_use_;
};

}  // namespace gatehouse::api_keys
