#pragma once

#include <cstdint>

namespace gatehouse::database {

/// The kinds of things that a store's rows tell of, counted in this process once a row is committed. Each such store
/// has a static one.
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
