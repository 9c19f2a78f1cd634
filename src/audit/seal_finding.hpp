#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/event.hpp"
#include "base/time.hpp"
#include "json/writer.hpp"

namespace gatehouse::audit {

/// What is wrong with a seal.
enum class SealFault : std::uint8_t {
  missing,           ///< it is not there
  chain,             ///< it does not follow the seal before it: one of the two was changed
  signature,         ///< not a valid signature by its key
  unknown_key,       ///< signed by a key that was not given
  unsigned_seal,     ///< not signed, though it should be
  events,            ///< its events are not those that were sealed
  content,           ///< its root or count does not match its events, which are unchanged
  pruned_early,      ///< its events were deleted before their time
  pruned_in_middle,  ///< its events were deleted, and those of an older seal were not
  anchor,            ///< it is not the seal that the log reports
};
inline constexpr std::size_t seal_fault_count = static_cast<std::size_t>(SealFault::anchor) + 1;
/// The name of a fault, such as `pruned_early`.
[[nodiscard]] std::string_view to_text(SealFault fault);
/// The fault in words, as a predicate of the seal: `is missing`.
[[nodiscard]] std::string_view describe(SealFault fault);

/// Some events, of which the first named_max are listed.
struct NamedEvents {
  static constexpr std::size_t named_max = 100;

  std::int64_t count = 0;
  std::vector<EventId> ids;

  void add(EventId id);
};

/// How the events of a seal differ from what was sealed.
struct EventDifferences {
  NamedEvents changed;
  NamedEvents missing;
  NamedEvents added;
  /// False if the leaf hashes beside the events are not those that were sealed either, so that the lists may be wrong.
  bool are_certain = true;

  [[nodiscard]] bool empty() const { return changed.count == 0 && missing.count == 0 && added.count == 0; }
};

/// Events as they are stored now: how many, and the lowest and the highest of their ids and times.
struct EventSpan {
  std::int64_t count = 0;
  EventId first{};
  EventId last{};
  TimePoint begin{};
  TimePoint end{};

  void add(EventId id, TimePoint at);
};

/// A seal that is not as it should be, or several consecutive seals that are missing.
struct SealFinding {
  std::int64_t number;
  std::int64_t last_number;  ///< the same, except for missing ones
  std::vector<SealFault> faults = {};
  std::optional<TimePoint> sealed_at = {};
  EventSpan events = {};
  EventDifferences differences = {};
};

/// One line for people, without a line end.
[[nodiscard]] std::string describe(const SealFinding& finding);
/// `{"seal":3,"lastSeal":3,"faults":["events"],"sealedAt":"…","events":{…},"changed":{…},"missing":{…},"added":{…},
/// "certain":true}`.
void write_finding(json::Writer& writer, const SealFinding& finding);

}  // namespace gatehouse::audit
