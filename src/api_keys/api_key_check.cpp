#include "api_keys/api_key_check.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "api_keys/key_text.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::api_keys {
namespace {

using database::Unavailable;

[[noreturn]] void fail(const KeyReading::Failure& failure) {
  if (failure.unavailable) throw Unavailable{*failure.unavailable, failure.text};
  throw database::StatementFailed{failure.text};
}

}  // namespace

std::optional<Checked> ApiKeyCheck::check_now(std::string_view text) {
  const auto id = public_id_in(text);
  if (!id) return Checked{};
  const KeyTable* const table = cache_.newest(in_use_);
  if (table == nullptr || !cache_.may_answer()) return std::nullopt;
  const auto* const key = table->find(*id);
  if (key == nullptr ? !table->is_complete() : !(*key)->is_current()) return std::nullopt;
  Checked checked = key == nullptr ? Checked{} : judge(*key, text);
  if (!checked && cache_.may_doubt()) return std::nullopt;
  return checked;
}

Checked ApiKeyCheck::judge(const std::shared_ptr<KnownKey>& key, std::string_view text) {
  const TimePoint now = clock_.now();
  if (!key->takes(crypto::sha256_in_place(text), now)) return {};
  key->note_use(now);
  return {key, &key->key()};
}

Checked ApiKeyCheck::judge(const Found& found, std::string_view public_id, std::string_view text) {
  const auto stored = std::ranges::find(found.keys, public_id,
                                        [](const StoredKey& one) -> std::string_view { return one.key.public_id; });
  if (stored == found.keys.end()) return {};
  const Checked checked = judge(std::make_shared<KnownKey>(*stored, 0), text);
  // The cache also holds keys that it may not answer for, so the use is noted there.
  const KeyTable* const table = cache_.newest(in_use_);
  const auto* const known = table == nullptr ? nullptr : table->find(public_id);
  if (checked && known != nullptr) (*known)->note_use(clock_.now());
  return checked;
}

Task<std::shared_ptr<const KeyReading::Found>> ApiKeyCheck::read() {
  auto found = std::make_shared<Found>(Found{.number = reading_.begin(), .ticket = cache_.begin_fill()});
  try {
    found->keys = co_await store_.list(clock_.now());
    cache_.insert(found->ticket, found->keys);
  } catch (const Unavailable& failure) {
    found->failure = KeyReading::Failure{.unavailable = failure.reason(), .text = failure.what()};
  } catch (const std::exception& failure) {
    found->failure = KeyReading::Failure{.unavailable = {}, .text = failure.what()};
  }
  co_return found;
}

/// A reading that began no earlier than this call, so that it shows everything acknowledged before. If a reading was
/// already under way, or a change overtakes it, another one follows.
Task<std::shared_ptr<const KeyReading::Found>> ApiKeyCheck::read_from_now_on() {
  constexpr int shared_readings_max = 2;
  const std::uint64_t begun = reading_.begun();
  for (int i = 0; i < shared_readings_max; ++i) {
    const auto run = [this] { return read(); };
    auto asked = reading_.run().ask(run);
    const auto found = co_await std::move(asked);
    if (!found) throw Unavailable{Unavailable::Reason::deadline, "the table of API keys was not read in time"};
    const Found& one = **found;
    if (one.failure || (one.number > begun && cache_.is_current(one.ticket))) co_return *found;
  }
  auto reading = read();
  co_return co_await std::move(reading);
}

Task<Checked> ApiKeyCheck::check(std::string_view text) {
  const auto id = public_id_in(text);
  if (!id) co_return Checked{};
  auto reading = read_from_now_on();
  const auto found = co_await std::move(reading);
  if (found->failure) fail(*found->failure);
  co_return judge(*found, *id, text);
}

}  // namespace gatehouse::api_keys
