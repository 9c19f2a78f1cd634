#include "idempotency/repetition_counts.hpp"

namespace gatehouse::idempotency {

std::string_view to_text(KeyUse use) {
  switch (use) {
    case KeyUse::first:
      return "first";
    case KeyUse::repeated:
      return "repeated";
    case KeyUse::in_progress:
      return "in_progress";
    case KeyUse::key_reused:
      return "key_reused";
  }
  return "";
}

void RepetitionCounts::write(metrics::Page& page) const {
  page.counters("gatehouse_idempotency_keys_total", "Requests with an Idempotency-Key, by outcome.", "use", uses);
}

}  // namespace gatehouse::idempotency
