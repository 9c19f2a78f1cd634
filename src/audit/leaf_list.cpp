#include "audit/leaf_list.hpp"

#include <algorithm>
#include <array>

#include "audit/merkle_tree.hpp"
#include "crypto/sealed_number.hpp"

namespace gatehouse::audit {

void LeafList::add(EventId id, const Hash& leaf) {
  std::array<char, crypto::number_bytes> number;
  crypto::write_number(static_cast<std::uint64_t>(id.value), number.data());
  bytes_.append(number.data(), number.size());
  bytes_.append(leaf.data(), leaf.size());
}

EventId LeafList::id(std::size_t index) const {
  return {static_cast<std::int64_t>(crypto::read_number(bytes_.data() + index * entry_bytes))};
}

Hash LeafList::leaf(std::size_t index) const {
  Hash leaf;
  std::ranges::copy_n(bytes_.data() + index * entry_bytes + crypto::number_bytes, leaf.size(), leaf.begin());
  return leaf;
}

Hash LeafList::root() const {
  MerkleTree tree;
  for (std::size_t i = 0; i < size(); ++i) tree.add(leaf(i));
  return tree.root();
}

}  // namespace gatehouse::audit
