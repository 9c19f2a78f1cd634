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

  /// An event that is there.
  void see(EventId id, const Hash& leaf);
  /// Once all that are there were seen.
  [[nodiscard]] EventDifferences finish() &&;

 private:
  struct Entry {
    EventId id;
    Hash leaf;
    bool is_seen;
  };

  std::vector<Entry> entries_;  ///< by id
  EventDifferences differences_;
};

}  // namespace gatehouse::audit
