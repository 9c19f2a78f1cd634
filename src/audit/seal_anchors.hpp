#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <utility>
#include <vector>

#include "audit/leaf.hpp"

namespace gatehouse::audit {

/// What the log says about seals, in lines with `"event":"audit_sealed"`, `seal` and `hash`. If the log is kept
/// elsewhere, whoever rewrites the database cannot change these lines. 40 bytes for each seal. Immutable once read; any
/// thread.
class SealAnchors {
 public:
  /// Reads every line about a seal; other lines are skipped, and so is any text before a line's first `{`. Blocks.
  [[nodiscard]] static SealAnchors read(std::istream& log);

  [[nodiscard]] bool empty() const { return anchors_.empty(); }
  [[nodiscard]] std::size_t size() const { return anchors_.size(); }
  /// False if a line has another hash for this seal.
  [[nodiscard]] bool agree(std::int64_t number, const Hash& hash) const;
  /// The highest number of a seal in a line; nothing if there is no line.
  [[nodiscard]] std::optional<std::int64_t> last_number() const;

 private:
  std::vector<std::pair<std::int64_t, Hash>> anchors_;  ///< sorted; two of one number if lines disagree
};

}  // namespace gatehouse::audit
