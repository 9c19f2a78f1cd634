#include "audit/merkle_tree.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::audit {
namespace {

Hash node_over(const Hash& left, const Hash& right) {
  std::array<char, 1 + 2 * crypto::sha256_bytes> bytes;
  bytes[0] = '\x01';
  std::ranges::copy(left, bytes.begin() + 1);
  std::ranges::copy(right, bytes.begin() + 1 + left.size());
  return crypto::sha256_in_place({bytes.data(), bytes.size()});
}

}  // namespace

void MerkleTree::add(const Hash& leaf) {
  Hash subtree = leaf;
  // This works like adding one in binary: each full subtree of the same size carries over.
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    subtree = node_over(subtrees_.back(), subtree);
    subtrees_.pop_back();
  }
  subtrees_.push_back(subtree);
  ++size_;
}

Hash MerkleTree::root() const {
  if (subtrees_.empty()) return crypto::sha256_in_place({});
  Hash right = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i > 0; --i) right = node_over(subtrees_[i - 1], right);
  return right;
}

}  // namespace gatehouse::audit
