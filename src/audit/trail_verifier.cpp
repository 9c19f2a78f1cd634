#include "audit/trail_verifier.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "audit/leaf_comparison.hpp"

namespace gatehouse::audit {
namespace {

constexpr std::int64_t before_all = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t behind_all = std::numeric_limits<std::int64_t>::max();
/// How far the clock of the service that prunes may be ahead of this one.
constexpr std::chrono::minutes clock_difference_max{5};

/// The position up to which a seal's events go. A seal whose end was changed must not claim the events of later seals.
std::int64_t end_of(const Seal& seal, const Seal* next) {
  const bool reaches_into_next = next != nullptr && next->from > seal.from && next->from <= seal.to;
  return reaches_into_next ? next->from - 1 : seal.to;
}

}  // namespace

Task<Verified> TrailVerifier::run() {
  verified_.last = co_await store_.last();
  passed_ = before_all;
  if (verified_.last) {
    const Seal last = *verified_.last;
    cursor_.emplace(store_, SealingPlace{.position = before_all, .id = EventId{before_all}}, behind_all);
    co_await check_all(last);
    report_missing_behind(last);
  }
  verified_.oldest_unsealed = co_await store_.first_behind(passed_);
  co_return verified_;
}

/// Checks each seal together with the next one, which may be in the next page.
Task<> TrailVerifier::check_all(const Seal& last) {
  std::optional<Seal> waiting;
  for (std::int64_t number = before_all; number < last.number;) {
    auto seals = co_await store_.seals_after(number);
    for (Seal& seal : seals) {
      if (seal.number > last.number) break;
      if (waiting) co_await check(*waiting, &seal);
      waiting = std::move(seal);
    }
    if (seals.size() < SealStore::page_seals) break;
    number = waiting->number;
  }
  if (waiting) co_await check(*waiting, nullptr);
}

Task<> TrailVerifier::check(const Seal& seal, const Seal* next) {
  co_await report_missing_before(seal);
  const Hash hash = hash_of(seal);
  SealFinding finding{.number = seal.number, .last_number = seal.number, .sealed_at = seal.sealed_at};
  finding.faults = faults_of_seal_itself(seal, hash);
  const auto of_pruning = co_await fault_of_pruning(seal);
  if (of_pruning) finding.faults.push_back(*of_pruning);
  const std::int64_t to = end_of(seal, next);
  if (to > passed_) co_await compare_events(seal, to, finding);
  ++verified_.seals;
  if (seal.key_id) ++verified_.signed_seals;
  if (seal.pruned_at) ++verified_.pruned_seals;
  before_ = seal;
  if (!finding.faults.empty()) report(finding);
}

Task<> TrailVerifier::report_missing_before(const Seal& seal) {
  const std::int64_t expected = before_ ? before_->number + 1 : 1;
  if (seal.number <= expected) co_return;
  SealFinding finding{.number = expected, .last_number = seal.number - 1, .faults = {SealFault::missing}};
  if (seal.from - 1 > passed_) {
    const Content content = co_await pass_events(seal.from - 1);
    finding.events = content.span;
  }
  report(finding);
}

/// Only the log knows of seals after the last one.
void TrailVerifier::report_missing_behind(const Seal& last) {
  const auto told = parts_.anchors.last_number();
  if (!told || *told <= last.number) return;
  report({.number = last.number + 1, .last_number = *told, .faults = {SealFault::missing}});
}

TrailVerifier::Faults TrailVerifier::faults_of_seal_itself(const Seal& seal, const Hash& hash) const {
  Faults faults;
  const bool follows_number = seal.number == (before_ ? before_->number + 1 : 1);
  const bool is_linked = seal.previous == (before_ ? hash_of(*before_) : no_seal);
  const bool follows_range = seal.from == (before_ ? before_->to + 1 : 1);
  if (follows_number && !(is_linked && follows_range)) faults.push_back(SealFault::chain);
  if (const auto fault = fault_of_signature(seal, hash)) faults.push_back(*fault);
  if (!parts_.anchors.agree(seal.number, hash)) faults.push_back(SealFault::anchor);
  return faults;
}

std::optional<SealFault> TrailVerifier::fault_of_signature(const Seal& seal, const Hash& hash) const {
  if (!seal.key_id) {
    const bool must_be_signed = !parts_.keys.empty() && seal.number >= parts_.signed_from;
    return must_be_signed ? std::optional{SealFault::unsigned_seal} : std::nullopt;
  }
  const jose::VerifyingKey* const key = parts_.keys.find(*seal.key_id);
  if (key == nullptr) return SealFault::unknown_key;
  return key->verifies(bytes_of(hash), seal.signature) ? std::nullopt : std::optional{SealFault::signature};
}

/// Whoever deletes events can write any time beside the seal, also one that is still to come.
bool TrailVerifier::was_pruned_early(const Seal& seal) const {
  return std::min(*seal.pruned_at, parts_.clock.now() + clock_difference_max) - seal.sealed_at < parts_.retention;
}

/// Signatures do not cover pruning. But only old events are pruned, and the oldest first.
Task<std::optional<SealFault>> TrailVerifier::fault_of_pruning(const Seal& seal) {
  if (!seal.pruned_at) {
    if (!first_unpruned_) first_unpruned_ = seal.number;
    co_return std::nullopt;
  }
  if (was_pruned_early(seal)) co_return SealFault::pruned_early;
  if (!first_unpruned_) co_return std::nullopt;
  const bool both_are = co_await was_pruned_meanwhile(*first_unpruned_);
  if (both_are) co_return std::nullopt;
  co_return SealFault::pruned_in_middle;
}

Task<TrailVerifier::Content> TrailVerifier::pass_events(std::int64_t to) {
  Content content;
  auto take = [&content](const EventView& event, const Hash& leaf) {
    content.tree.add(leaf);
    content.span.add(event.id, event.at);
  };
  co_await cursor_->pass(to, take);
  passed_ = to;
  co_return content;
}

Task<> TrailVerifier::compare_events(const Seal& seal, std::int64_t to, SealFinding& finding) {
  const std::int64_t after = passed_;
  const Content content = co_await pass_events(to);
  finding.events = content.span;
  verified_.events += content.span.count;
  const bool agrees =
      seal.pruned_at ? content.span.count == 0 : content.span.count == seal.count && content.tree.root() == seal.root;
  if (agrees) co_return;
  if (!seal.pruned_at) {
    const bool is_pruned_now = co_await was_pruned_meanwhile(seal.number);
    if (is_pruned_now) co_return;
  }
  finding.differences = co_await find_differences(seal, after, to);
  const bool are_as_they_were = finding.differences.empty() && finding.differences.are_certain;
  finding.faults.push_back(are_as_they_were ? SealFault::content : SealFault::events);
}

/// Nothing is kept for a pruned seal, so every event found counts as added.
Task<EventDifferences> TrailVerifier::find_differences(const Seal& seal, std::int64_t after, std::int64_t to) {
  auto leaves = co_await store_.leaves(seal.number);
  if (!leaves && !seal.pruned_at) {
    EventDifferences unknown;
    unknown.are_certain = false;
    co_return unknown;
  }
  if (seal.pruned_at) leaves.emplace();
  LeafComparison comparison{*leaves};
  MerkleTree tree;
  auto see = [&comparison, &tree](const EventView& event, const Hash& leaf) {
    comparison.see(event.id, leaf);
    tree.add(leaf);
  };
  EventCursor cursor{store_, {.position = after, .id = EventId{behind_all}}, to};
  co_await cursor.pass(to, see);
  EventDifferences differences = std::move(comparison).finish();
  const Hash kept = leaves->root();
  differences.are_certain = seal.pruned_at || kept == seal.root || kept == tree.root();
  co_return differences;
}

Task<bool> TrailVerifier::was_pruned_meanwhile(std::int64_t number) {
  const auto now = co_await store_.find(number);
  co_return now && now->pruned_at;
}

void TrailVerifier::report(const SealFinding& finding) {
  ++verified_.findings;
  parts_.tell(finding);
}

}  // namespace gatehouse::audit
