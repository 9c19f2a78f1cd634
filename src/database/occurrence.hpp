#pragma once

#include <cstdint>

namespace gatehouse::database {

/// Kinds of things that rows tell of, to be counted in this process once a row is committed. A store has a static one.
struct OccurrenceKinds {
  constexpr OccurrenceKinds() = default;
  OccurrenceKinds(const OccurrenceKinds&) = delete;
  OccurrenceKinds& operator=(const OccurrenceKinds&) = delete;
};

/// What one row tells of.
struct Occurrence {
  const OccurrenceKinds* of;
  std::uint32_t number;  ///< its store knows what it means
};

}  // namespace gatehouse::database
