#pragma once

#include <array>

#include "audit/event.hpp"
#include "database/call_observer.hpp"
#include "metrics/page.hpp"

namespace gatehouse::audit {

/// What a change that records such an event is counted as.
[[nodiscard]] database::Occurrence occurrence_of(EventType type, Outcome outcome);
[[nodiscard]] inline database::Occurrence occurrence_of(const Event& event) {
  return occurrence_of(event.type, event.outcome);
}

/// Counts the events that this process has put on record. Any thread.
class EventCounts final : public database::CallObserver {
 public:
  void on_occurrence(const database::Occurrence& occurrence) noexcept override;

  /// gatehouse_audit_events_total.
  void write(metrics::Page& page) const;

 private:
  std::array<metrics::CounterSet<Outcome, Outcome::error>, event_type_count> counts_;  ///< by type
};

}  // namespace gatehouse::audit
