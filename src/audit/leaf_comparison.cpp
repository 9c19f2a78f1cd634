#include "audit/leaf_comparison.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::audit {

LeafComparison::LeafComparison(const LeafList& leaves) {
  entries_.reserve(leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) entries_.push_back({leaves.id(i), leaves.leaf(i), false});
  std::ranges::sort(entries_, {}, &Entry::id);
}

void LeafComparison::see(EventId id, const Hash& leaf) {
  const auto entry = std::ranges::lower_bound(entries_, id, {}, &Entry::id);
  if (entry == entries_.end() || entry->id != id) return differences_.added.add(id);
  entry->is_seen = true;
  if (entry->leaf != leaf) differences_.changed.add(id);
}

EventDifferences LeafComparison::finish() && {
  for (const Entry& entry : entries_) {
    if (!entry.is_seen) differences_.missing.add(entry.id);
  }
  return std::move(differences_);
}

}  // namespace gatehouse::audit
