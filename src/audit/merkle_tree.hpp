#pragma once

#include <cstdint>
#include <vector>

#include "audit/leaf.hpp"

namespace gatehouse::audit {

/// Computes the root of a Merkle tree (RFC 6962 section 2.1) whose leaves are not all in memory at once: it keeps one
/// hash for each set bit of their number. One thread at a time.
class MerkleTree {
 public:
  /// Adds a leaf hash after the others.
  void add(const Hash& leaf);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The root of the leaves so far; without leaves, the SHA-256 of the empty string.
  [[nodiscard]] Hash root() const;

 private:
  std::uint64_t size_ = 0;
  /// Roots of full subtrees from left to right, one for each bit that is set in size_, the highest first.
  std::vector<Hash> subtrees_;
};

}  // namespace gatehouse::audit
