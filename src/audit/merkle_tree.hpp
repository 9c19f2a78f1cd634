#pragma once

#include <cstdint>
#include <vector>

#include "audit/leaf.hpp"

namespace gatehouse::audit {

/// The root of a Merkle tree (RFC 6962 section 2.1) whose leaves are not all in memory at once: it keeps one hash for
/// each bit of their number. One thread at a time.
class MerkleTree {
 public:
  /// Adds a leaf hash behind the others.
  void add(const Hash& leaf);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Of the leaves so far; of none, the SHA-256 of nothing.
  [[nodiscard]] Hash root() const;

 private:
  std::uint64_t size_ = 0;
  /// Roots of full subtrees from left to right, one for each bit that is set in size_, the highest first.
  std::vector<Hash> subtrees_;
};

}  // namespace gatehouse::audit
