#include "idempotency/repetitions.hpp"

#include <span>
#include <stdexcept>
#include <utility>

namespace gatehouse::idempotency {
namespace {

constexpr std::size_t holder_bytes = 16;
/// Each time, the row may be released between two looks at it.
constexpr int beginnings_max = 3;

std::string draw_holder(crypto::Random& random) {
  std::string holder(holder_bytes, '\0');
  random.fill(std::as_writable_bytes(std::span{holder}));
  return holder;
}

KeyUse use_of(const Repetitions::Beginning& beginning) {
  if (std::holds_alternative<RepeatableWork>(beginning)) return KeyUse::first;
  if (std::holds_alternative<Earlier>(beginning)) return KeyUse::repeated;
  return std::get<Refusal>(beginning) == Refusal::in_progress ? KeyUse::in_progress : KeyUse::key_reused;
}

}  // namespace

database::Change<void> RepeatableWork::made_user(TimePoint at, std::string email) const {
  return repetitions_->finish(attempt_, at, {.kept = {}, .user_email = std::move(email)});
}

database::Change<void> RepeatableWork::gave_secret(TimePoint at, std::string_view answer) const {
  return repetitions_->finish(attempt_, at, {.kept = {}, .sealed_answer = repetitions_->seal(attempt_, answer)});
}

Task<Repetitions::Beginning> Repetitions::begin(KeyedRequest request) {
  std::optional<Beginning> beginning;
  for (int i = 0; i < beginnings_max && !beginning; ++i) {
    KeyedRequest copy = request;
    beginning = co_await try_to_begin(std::move(copy));
  }
  if (!beginning) beginning = Refusal::in_progress;
  parts_.counts.uses.add(use_of(*beginning));
  co_return *std::move(beginning);
}

/// Nothing: the row that was there is gone.
Task<std::optional<Repetitions::Beginning>> Repetitions::try_to_begin(KeyedRequest request) {
  const TimePoint now = parts_.clock.now();
  const Span running{.from = now, .until = now + running_time};
  Attempt attempt{.request = std::move(request), .holder = draw_holder(parts_.random)};
  std::string mark = keys_->mark(attempt.request.fingerprint);
  auto insertion = IdempotencyStore::insert(attempt, mark, running);
  const bool is_first = co_await parts_.database.commit(std::move(insertion));
  if (is_first) co_return RepeatableWork{*this, std::move(attempt)};
  KeyedRequest wanted = attempt.request;
  const auto stored = co_await store_.find(std::move(wanted));
  if (!stored) co_return std::nullopt;
  if (stored->expires_at > now) co_return judge(attempt.request, *stored);
  auto takeover = IdempotencyStore::take_over(attempt, std::move(mark), running);
  const bool is_taken_over = co_await parts_.database.commit(std::move(takeover));
  if (is_taken_over) co_return RepeatableWork{*this, std::move(attempt)};
  co_return std::nullopt;
}

Repetitions::Beginning Repetitions::judge(const KeyedRequest& request, const StoredRequest& stored) const {
  if (!keys_->is_mark_of(stored.mark, request.fingerprint)) return Refusal::key_reused;
  if (!stored.is_done) return Refusal::in_progress;
  Earlier earlier{.status = stored.status, .resource_id = stored.resource_id, .done_at = stored.done_at};
  if (stored.sealed_answer) earlier.answer = keys_->open(request, *stored.sealed_answer);
  // The mark was right, and the keys of mark and seal come from the same secret.
  if (stored.sealed_answer && !earlier.answer) throw std::runtime_error("the answer of an Idempotency-Key is damaged");
  return earlier;
}

database::Change<void> Repetitions::finish(const Attempt& attempt, TimePoint at, Outcome outcome) const {
  outcome.kept = {.from = at, .until = at + parts_.settings.ttl};
  return IdempotencyStore::finish(attempt, keys_->mark(attempt.request.fingerprint), std::move(outcome));
}

std::string Repetitions::seal(const Attempt& attempt, std::string_view answer) const {
  return keys_->seal(attempt.request, answer, parts_.random);
}

Task<> Repetitions::release(Attempt attempt) {
  auto change = IdempotencyStore::release(attempt);
  co_await parts_.database.commit(std::move(change));
}

}  // namespace gatehouse::idempotency
