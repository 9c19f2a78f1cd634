#include "audit/sealer.hpp"

#include <limits>
#include <utility>

#include "audit/merkle_tree.hpp"

namespace gatehouse::audit {
namespace {

/// Collects events in the order of sealing until there are enough.
class SealContent {
 public:
  /// False if the event belongs in the next seal.
  bool take(const EventView& event) {
    const bool is_full = tree_.size() >= sealed_events_max;
    if (is_full && event.position != last_.position) return false;
    if (tree_.size() == 0) oldest_ = event.at;
    const Hash leaf = hasher_(event);
    tree_.add(leaf);
    leaves_.add(event.id, leaf);
    last_ = {.position = event.position, .id = event.id};
    return true;
  }

  [[nodiscard]] bool empty() const { return tree_.size() == 0; }
  [[nodiscard]] const SealingPlace& last() const { return last_; }

  [[nodiscard]] SealDraft as_draft_behind(const std::optional<Seal>& before, TimePoint now) && {
    const Seal seal{.number = before ? before->number + 1 : 1,
                    .from = before ? before->to + 1 : 1,
                    .to = last_.position,
                    .count = static_cast<std::int64_t>(tree_.size()),
                    .root = tree_.root(),
                    .previous = before ? hash_of(*before) : no_seal,
                    .sealed_at = now};
    return {.seal = seal, .leaves = std::move(leaves_), .oldest = oldest_};
  }

 private:
  LeafHasher hasher_;
  MerkleTree tree_;
  LeafList leaves_;
  SealingPlace last_{.position = 0, .id = {}};
  TimePoint oldest_;
};

/// False if the seal is full.
bool take_all(SealContent& content, const database::Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!content.take(SealStore::event_of(rows[i]))) return false;
  }
  return true;
}

}  // namespace

Task<std::optional<SealDraft>> Sealer::draft() {
  const auto before = co_await store_.last();
  // Read before the events: everything settled by then is in every later answer.
  const std::int64_t settled = co_await store_.settled();
  SealingPlace place{.position = before ? before->to : 0, .id = EventId{std::numeric_limits<std::int64_t>::max()}};
  SealContent content;
  while (true) {
    const database::Rows rows = co_await store_.events(place, settled);
    if (!take_all(content, rows) || rows.size() < SealStore::page_rows) break;
    place = content.last();
  }
  if (content.empty()) co_return std::nullopt;
  SealDraft draft = std::move(content).as_draft_behind(before, clock_.now());
  if (key_) sign(draft.seal, *key_);
  co_return draft;
}

}  // namespace gatehouse::audit
