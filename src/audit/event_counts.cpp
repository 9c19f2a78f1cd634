#include "audit/event_counts.hpp"

namespace gatehouse::audit {
namespace {

constexpr database::OccurrenceKinds events;
constexpr auto outcome_count = static_cast<std::uint32_t>(Outcome::error) + 1;

}  // namespace

database::Occurrence occurrence_of(EventType type, Outcome outcome) {
  return {.of = &events,
          .number = static_cast<std::uint32_t>(type) * outcome_count + static_cast<std::uint32_t>(outcome)};
}

void EventCounts::on_occurrence(const database::Occurrence& occurrence) noexcept {
  if (occurrence.of != &events) return;
  counts_[occurrence.number / outcome_count].add(static_cast<Outcome>(occurrence.number % outcome_count));
}

void EventCounts::write(metrics::Page& page) const {
  page.begin_counter("gatehouse_audit_events_total", "Events put on record, by type and outcome.");
  for (std::size_t type = 0; type < event_type_count; ++type) {
    counts_[type].each([&](Outcome outcome, std::uint64_t count) {
      if (count == 0) return;
      page.sample({{"type", to_text(static_cast<EventType>(type))}, {"outcome", to_text(outcome)}}, count);
    });
  }
}

}  // namespace gatehouse::audit
