#include "audit/seal_finding.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/calendar.hpp"

namespace gatehouse::audit {
namespace {

struct FaultTexts {
  std::string_view name;
  std::string_view description;
};

constexpr std::array<FaultTexts, seal_fault_count> fault_texts{{
    {"missing", "is missing"},
    {"chain", "does not follow from the seal before it, so one of the two was changed"},
    {"signature", "has a wrong signature"},
    {"unknown_key", "is signed by an unknown key"},
    {"unsigned", "is not signed"},
    {"events", "has events other than those that were sealed"},
    {"content", "was changed, although its events are unchanged"},
    {"pruned_early", "had its events deleted before AUDIT_RETENTION"},
    {"pruned_in_middle", "had its events deleted before those of an older seal"},
    {"anchor", "is not the seal recorded in the log"},
}};

void append_names(std::string& text, std::string_view what, const NamedEvents& events) {
  if (events.count == 0) return;
  text += "; " + std::to_string(events.count) + ' ';
  text += what;
  for (std::size_t i = 0; i < events.ids.size(); ++i) {
    text += (i == 0 ? ": " : ", ") + std::to_string(events.ids[i].value);
  }
  if (events.count > static_cast<std::int64_t>(events.ids.size())) text += ", …";
}

void write_names(json::Writer& writer, std::string_view name, const NamedEvents& events) {
  writer.key(name).begin_object().member("count", events.count).key("ids").begin_array();
  for (const EventId id : events.ids) writer.value(id);
  writer.end_array().end_object();
}

void write_span(json::Writer& writer, const EventSpan& span) {
  writer.key("events").begin_object().member("count", span.count);
  if (span.count > 0) {
    writer.member("firstId", span.first).member("lastId", span.last).member("from", span.begin).member("to", span.end);
  }
  writer.end_object();
}

}  // namespace

std::string_view to_text(SealFault fault) { return fault_texts[static_cast<std::size_t>(fault)].name; }

std::string_view describe(SealFault fault) { return fault_texts[static_cast<std::size_t>(fault)].description; }

void NamedEvents::add(EventId id) {
  ++count;
  if (ids.size() < named_max) ids.push_back(id);
}

void EventSpan::add(EventId id, TimePoint at) {
  at = within_calendar(at);
  first = count == 0 ? id : std::min(first, id);
  last = count == 0 ? id : std::max(last, id);
  begin = count == 0 ? at : std::min(begin, at);
  end = count == 0 ? at : std::max(end, at);
  ++count;
}

std::string describe(const SealFinding& finding) {
  std::string text = "seal " + std::to_string(finding.number);
  if (finding.last_number != finding.number) text += " to " + std::to_string(finding.last_number);
  if (finding.sealed_at) text += ", made at " + to_iso8601(*finding.sealed_at);
  if (finding.events.count > 0) {
    text += ", events " + std::to_string(finding.events.first.value) + " to " +
            std::to_string(finding.events.last.value) + " of " + to_iso8601(finding.events.begin) + " to " +
            to_iso8601(finding.events.end);
  }
  for (std::size_t i = 0; i < finding.faults.size(); ++i) {
    text += i == 0 ? ": " : "; ";
    text += describe(finding.faults[i]);
  }
  append_names(text, "changed", finding.differences.changed);
  append_names(text, "missing", finding.differences.missing);
  append_names(text, "added", finding.differences.added);
  if (!finding.differences.are_certain) text += "; the leaf hashes were changed, too, so these ids may be wrong";
  return text;
}

void write_finding(json::Writer& writer, const SealFinding& finding) {
  writer.begin_object().member("seal", finding.number).member("lastSeal", finding.last_number);
  writer.key("faults").begin_array();
  for (const SealFault fault : finding.faults) writer.value(to_text(fault));
  writer.end_array().member("sealedAt", finding.sealed_at);
  write_span(writer, finding.events);
  write_names(writer, "changed", finding.differences.changed);
  write_names(writer, "missing", finding.differences.missing);
  write_names(writer, "added", finding.differences.added);
  writer.member("certain", finding.differences.are_certain).end_object();
}

}  // namespace gatehouse::audit
