#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "audit/event_cursor.hpp"
#include "audit/merkle_tree.hpp"
#include "audit/seal.hpp"
#include "audit/seal_anchors.hpp"
#include "audit/seal_finding.hpp"
#include "audit/seal_keys.hpp"
#include "audit/seal_store.hpp"
#include "base/clock.hpp"

namespace gatehouse::audit {

/// What was verified.
struct Verified {
  std::int64_t seals = 0;
  std::int64_t signed_seals = 0;
  std::int64_t pruned_seals = 0;
  std::int64_t events = 0;  ///< covered by seals
  std::int64_t findings = 0;
  std::optional<Seal> last = {};                  ///< the newest one
  std::optional<TimePoint> oldest_unsealed = {};  ///< since when an event has been waiting for a seal
};

/// Compares the audit trail with its seals, and the seals with each other, with their signatures and with the log. It
/// reads every event once, in memory that does not depend on their number. Only if the events of a seal differ, it
/// reads them again, with the leaf hashes beside them.
///
/// May run while the service seals and prunes. One run; belongs to its Database's thread. Failures: what Database
/// throws.
class TrailVerifier {
 public:
  /// Everything referred to must outlive the verifier.
  struct Parts {
    database::Database& database;
    const SealKeys& keys;
    const SealAnchors& anchors;  ///< empty: none
    std::int64_t signed_from;    ///< if there are keys, seals from this number on must be signed
    std::chrono::seconds retention;
    const Clock& clock;
    std::function<void(const SealFinding&)> tell;  ///< receives what is wrong, in the order of the seals
  };

  explicit TrailVerifier(const Parts& parts) : parts_(parts), store_(parts.database) {}

  [[nodiscard]] Task<Verified> run();

 private:
  /// What is stored now at the positions of a seal.
  struct Content {
    MerkleTree tree;
    EventSpan span;
  };
  using Faults = std::vector<SealFault>;

  [[nodiscard]] Task<> check_all(const Seal& last);
  [[nodiscard]] Task<> check(const Seal& seal, const Seal* next);
  [[nodiscard]] Task<> report_missing_before(const Seal& seal);
  void report_missing_behind(const Seal& last);
  [[nodiscard]] Faults faults_of_seal_itself(const Seal& seal, const Hash& hash) const;
  [[nodiscard]] std::optional<SealFault> fault_of_signature(const Seal& seal, const Hash& hash) const;
  [[nodiscard]] Task<std::optional<SealFault>> fault_of_pruning(const Seal& seal);
  [[nodiscard]] bool was_pruned_early(const Seal& seal) const;
  [[nodiscard]] Task<Content> pass_events(std::int64_t to);
  [[nodiscard]] Task<> compare_events(const Seal& seal, std::int64_t to, SealFinding& finding);
  [[nodiscard]] Task<EventDifferences> find_differences(const Seal& seal, std::int64_t after, std::int64_t to);
  [[nodiscard]] Task<bool> was_pruned_meanwhile(std::int64_t number);
  void report(const SealFinding& finding);

  const Parts parts_;
  SealStore store_;
  std::optional<EventCursor> cursor_;
  Verified verified_;
  std::optional<Seal> before_;                  ///< the seal that was checked last
  std::int64_t passed_ = 0;                     ///< the position up to which events were compared
  std::optional<std::int64_t> first_unpruned_;  ///< number of a seal
};

}  // namespace gatehouse::audit
