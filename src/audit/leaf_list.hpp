#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "audit/leaf.hpp"

namespace gatehouse::audit {

/// The list that is kept beside the events of a seal, in the order of the tree: for each event its id, in eight bytes,
/// big-endian, and its leaf hash.
class LeafList {
 public:
  LeafList() = default;
  explicit LeafList(std::string bytes) : bytes_(std::move(bytes)) {}

  void add(EventId id, const Hash& leaf);

  /// The number of whole entries; if somebody changed the bytes, part of an entry may remain.
  [[nodiscard]] std::size_t size() const { return bytes_.size() / entry_bytes; }
  [[nodiscard]] EventId id(std::size_t index) const;
  [[nodiscard]] Hash leaf(std::size_t index) const;
  [[nodiscard]] Hash root() const;

  [[nodiscard]] const std::string& bytes() const& { return bytes_; }
  [[nodiscard]] std::string bytes() && { return std::move(bytes_); }

 private:
  static constexpr std::size_t entry_bytes = 8 + crypto::sha256_bytes;

  std::string bytes_;
};

}  // namespace gatehouse::audit
