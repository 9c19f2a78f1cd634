#pragma once

#include <cstddef>
#include <vector>

#include "audit/leaf_list.hpp"
#include "audit/seal_finding.hpp"

namespace gatehouse::audit {

/// Compares the events of a seal, as they are now, with the leaf hashes that were kept beside them. One thread at a
/// time.
class LeafComparison {
 public:
  explicit LeafComparison(const LeafList& leaves);

  /// Takes one event that exists now.
  void see(EventId id, const Hash& leaf);
  /// To be called once all existing events were seen.
  [[nodiscard]] EventDifferences finish() &&;

 private:
  struct Entry {
    EventId id;
    Hash leaf;
    bool is_seen;
  };

  std::vector<Entry> entries_;  ///< sorted by id
  EventDifferences differences_;
};

}  // namespace gatehouse::audit
