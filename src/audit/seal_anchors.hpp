#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <utility>
#include <vector>

#include "audit/leaf.hpp"

namespace gatehouse::audit {

/// What lines of the log say of seals: `"event":"audit_sealed"` with `seal` and `hash`. Whoever rewrites the database
/// does not reach them, if they are kept elsewhere. 40 bytes for each seal. Immutable once it is read; any thread.
class SealAnchors {
 public:
  /// Every line that tells of a seal; others are skipped, and so is what stands before a line's first `{`. Blocks.
  [[nodiscard]] static SealAnchors read(std::istream& log);

  [[nodiscard]] bool empty() const { return anchors_.empty(); }
  [[nodiscard]] std::size_t size() const { return anchors_.size(); }
  /// False where a line tells another hash of this seal.
  [[nodiscard]] bool agree(std::int64_t number, const Hash& hash) const;
  /// The highest number that a line tells of; nothing where there is no line.
  [[nodiscard]] std::optional<std::int64_t> last_number() const;

 private:
  std::vector<std::pair<std::int64_t, Hash>> anchors_;  ///< in their order; two of one number where lines disagree
};

}  // namespace gatehouse::audit
