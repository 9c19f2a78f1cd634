#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "idempotency/idempotency_settings.hpp"
#include "idempotency/idempotency_store.hpp"
#include "idempotency/model.hpp"
#include "idempotency/repetition_counts.hpp"
#include "idempotency/repetition_keys.hpp"

namespace gatehouse::idempotency {

class Repetitions;

/// The work of a request that may be repeated, to be done once. Its Repetitions outlives it.
class RepeatableWork {
 public:
  RepeatableWork(const Repetitions& repetitions, Attempt attempt)
      : repetitions_(&repetitions), attempt_(std::move(attempt)) {}

  /// The change that is committed after those that are the work. It keeps what the answer is built from: the time, and
  /// the id of the user that was inserted before with exactly this email.
  [[nodiscard]] database::Change<void> made_user(TimePoint at, std::string email) const;
  /// The same, but keeps the whole answer, sealed, because nothing else has its secret.
  [[nodiscard]] database::Change<void> gave_secret(TimePoint at, std::string_view answer) const;

  [[nodiscard]] const Attempt& attempt() const { return attempt_; }

 private:
  const Repetitions* repetitions_;
  Attempt attempt_;
};

/// Says which of equal requests does the work, and tells all others its outcome. One per Database's thread; everything
/// it refers to outlives it. Throws what Database throws.
///
/// Each key has at most one attempt at a time. It has running_time; after that, for example because its process has
/// ended, another one may take its place. Once either has committed its work, the other cannot commit its own:
/// attempt_is_the_running_one.
class Repetitions {
 public:
  static constexpr std::chrono::seconds running_time{60};

  /// What a Repetitions is made of.
  struct Parts {
    database::Database& database;
    RepetitionCounts& counts;
    IdempotencySettings settings;
    const Clock& clock;
    crypto::Random& random;
  };
  Repetitions(Parts parts, const RepetitionKeys& keys) : parts_(parts), store_(parts.database), keys_(&keys) {}

  /// Switches to other keys, which live until the next call or outlive this object.
  void use(const RepetitionKeys& keys) { keys_ = &keys; }

  using Beginning = std::variant<Refusal, RepeatableWork, Earlier>;
  /// The work to do, or its earlier outcome, or why there is neither.
  [[nodiscard]] Task<Beginning> begin(KeyedRequest request);

  /// For work that came to nothing: the next request with its key is the first one again. Does nothing if it is done.
  [[nodiscard]] Task<> release(Attempt attempt);

 private:
  [[nodiscard]] Task<std::optional<Beginning>> try_to_begin(KeyedRequest request);
  [[nodiscard]] Beginning judge(const KeyedRequest& request, const StoredRequest& stored) const;
  friend class RepeatableWork;
  [[nodiscard]] database::Change<void> finish(const Attempt& attempt, TimePoint at, Outcome outcome) const;
  [[nodiscard]] std::string seal(const Attempt& attempt, std::string_view answer) const;

  Parts parts_;
  IdempotencyStore store_;
  const RepetitionKeys* keys_;
};

}  // namespace gatehouse::idempotency
