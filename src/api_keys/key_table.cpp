#include "api_keys/key_table.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/secret_string.hpp"

namespace gatehouse::api_keys {
namespace {

/// Before every time that occurs.
constexpr std::int64_t never_us = 0;

void copy_hash(std::string_view stored, SecretHash& hash) {
  std::ranges::copy(stored.substr(0, hash.size()), hash.begin());
}

bool are_equal(const SecretHash& a, const SecretHash& b) noexcept {
  return equal_in_constant_time({a.data(), a.size()}, {b.data(), b.size()});
}

}  // namespace

KnownKey::KnownKey(StoredKey stored, std::int64_t used_at_us)
    : key_(std::move(stored.key)),
      used_at_us_(used_at_us),
      written_us_(key_.last_used_at ? to_unix_us(*key_.last_used_at) : never_us) {
  copy_hash(stored.hash, hash_);
  if (stored.previous_hash && key_.previous_until) {
    copy_hash(*stored.previous_hash, previous_hash_);
    previous_until_ = *key_.previous_until;
  }
  if (key_.expires_at) ends_at_ = *key_.expires_at;
}

bool KnownKey::takes(const SecretHash& hash, TimePoint now) const noexcept {
  const bool is_it = are_equal(hash, hash_);
  const bool is_the_one_before = are_equal(hash, previous_hash_);
  return (is_it || (is_the_one_before && now < previous_until_)) && now < ends_at_;
}

void KnownKey::note_use(TimePoint now) noexcept {
  constexpr std::int64_t apart_us = 5'000'000;
  const std::int64_t now_us = to_unix_us(now);
  if (now_us - used_at_us() >= apart_us) used_at_us_.store(now_us, std::memory_order_relaxed);
}

std::optional<KeyUse> KnownKey::use_to_write() const noexcept {
  constexpr std::int64_t interval_us = std::chrono::microseconds{use_interval}.count();
  const std::int64_t used_us = used_at_us();
  if (used_us == never_us || used_us - written_us_.load(std::memory_order_relaxed) < interval_us) return std::nullopt;
  return KeyUse{.id = key_.id, .at = from_unix_us(used_us)};
}

void KnownKey::note_written(TimePoint at) noexcept { written_us_.store(to_unix_us(at), std::memory_order_relaxed); }

KeyTable::KeyTable(std::vector<StoredKey> keys, const KeyTable* before) {
  keys_.reserve(keys.size());
  for (StoredKey& stored : keys) {
    const auto* const old = before == nullptr ? nullptr : before->find(stored.key.public_id);
    const auto key = std::make_shared<KnownKey>(std::move(stored), old == nullptr ? never_us : (*old)->used_at_us());
    keys_.emplace(key->key().public_id, key);
  }
}

const std::shared_ptr<KnownKey>* KeyTable::find(std::string_view public_id) const noexcept {
  const auto found = keys_.find(public_id);
  return found == keys_.end() ? nullptr : &found->second;
}

void KeyTable::give_up(ApiKeyId id) noexcept {
  is_complete_.store(false, std::memory_order_release);
  for (const auto& [public_id, key] : keys_) {
    if (key->key().id == id) key->give_up();
  }
}

void KeyTable::give_up_all() noexcept {
  is_complete_.store(false, std::memory_order_release);
  for (const auto& [public_id, key] : keys_) key->give_up();
}

std::vector<KeyUse> KeyTable::uses_to_write() const {
  std::vector<KeyUse> uses;
  for (const auto& [public_id, key] : keys_) {
    if (const auto use = key->use_to_write()) uses.push_back(*use);
  }
  return uses;
}

void KeyTable::note_written(const std::vector<KeyUse>& uses) noexcept {
  for (const auto& [public_id, key] : keys_) {
    const auto use = std::ranges::find(uses, key->key().id, &KeyUse::id);
    if (use != uses.end()) key->note_written(use->at);
  }
}

}  // namespace gatehouse::api_keys
