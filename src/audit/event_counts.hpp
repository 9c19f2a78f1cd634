#pragma once

#include "audit/event.hpp"
#include "database/occurrence_counts.hpp"

namespace gatehouse::audit {

inline constexpr database::OccurrenceKinds event_kinds;

/// Counts the events that this process has recorded.
class EventCounts final
    : public database::OccurrenceCounts<event_kinds, EventType, event_type_count, Outcome, Outcome::error> {
 public:
  /// gatehouse_audit_events_total.
  void write(metrics::Page& page) const {
    page.begin_counter("gatehouse_audit_events_total", "Events put on record, by type and outcome.");
    write_samples(page, "type", "outcome");
  }
};

}  // namespace gatehouse::audit
