#pragma once

#include <cstdint>
#include <string_view>

#include "metrics/page.hpp"

namespace gatehouse::idempotency {

/// What became of a request with an Idempotency-Key.
enum class KeyUse : std::uint8_t {
  first,        ///< the work was begun for it
  repeated,     ///< it got the answer of the first one
  in_progress,  ///< refused, like the next
  key_reused,
};
[[nodiscard]] std::string_view to_text(KeyUse use);

/// One per process, any thread.
struct RepetitionCounts {
  metrics::CounterSet<KeyUse, KeyUse::key_reused> uses;

  /// gatehouse_idempotency_keys_total.
  void write(metrics::Page& page) const;
};

}  // namespace gatehouse::idempotency
