#include "database/call_times.hpp"

#include <functional>
#include <memory>
#include <new>

namespace gatehouse::database {

CallTimes::~CallTimes() {
  for (const auto& place : places_) delete place.load(std::memory_order_relaxed);
}

/// A place is taken once and keeps its statement, so a lookup needs no lock.
CallTimes::Times* CallTimes::times_of(const Statement& statement) noexcept {
  const std::size_t first = std::hash<const Statement*>{}(&statement) / alignof(Statement);
  std::unique_ptr<Times> made;
  for (std::size_t i = 0; i < place_count; ++i) {
    auto& place = places_[(first + i) % place_count];
    Times* found = place.load(std::memory_order_acquire);
    if (found == nullptr) {
      if (!made) made.reset(new (std::nothrow) Times{.statement = statement});
      if (!made) return nullptr;
      if (place.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) return made.release();
    }
    if (&found->statement == &statement) return found;
  }
  return nullptr;
}

void CallTimes::on_call(const EndedCall& call) noexcept {
  Times* const times = times_of(call.statement);
  if (times != nullptr) times->by_outcome[static_cast<std::size_t>(call.outcome)].add(call.duration);
}

void CallTimes::write(metrics::Page& page) const {
  page.begin_histogram("gatehouse_database_query_duration_seconds",
                       "Queries and transactions, waits included, by statement (a transaction's first) and outcome.");
  for (const auto& place : places_) {
    const Times* const times = place.load(std::memory_order_acquire);
    if (times == nullptr) continue;
    for (std::size_t i = 0; i < call_outcome_count; ++i) {
      const metrics::Distribution durations = times->by_outcome[i].read();
      if (durations == metrics::Distribution{}) continue;
      const std::string_view outcome = to_text(static_cast<CallOutcome>(i));
      page.sample({{"statement", times->statement.name}, {"outcome", outcome}}, durations);
    }
  }
}

}  // namespace gatehouse::database
