#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/event.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::audit {

/// A SHA-256: a node or leaf of a Merkle tree, or the hash that identifies a seal.
using Hash = crypto::Sha256Digest;

/// An event as it is stored, with the position that orders it. Does not own its texts.
struct EventView {
  std::int64_t position;
  EventId id;
  TimePoint at;
  std::string_view type;
  std::string_view outcome;
  std::optional<std::string_view> reason;
  std::string_view actor_kind;
  std::optional<std::string_view> actor;
  std::optional<UserId> user;
  std::optional<SessionId> session;
  std::optional<std::string_view> request_id;
  std::optional<std::string_view> address;
  std::optional<std::string_view> user_agent;
  std::optional<std::string_view> details;
};

/// Hashes an event into a leaf of a Merkle tree (RFC 6962 section 2.1): the SHA-256 of a byte 0x00 and of every field
/// in the order of EventView. Each field is preceded by its length in four bytes, big-endian; 0xffffffff is NULL. Ids,
/// positions and times, the latter in microseconds since 1970, are eight bytes, big-endian.
///
/// One thread at a time.
class LeafHasher {
 public:
  [[nodiscard]] Hash operator()(const EventView& event);

 private:
  void add(std::optional<std::int64_t> number);
  void add(std::optional<std::string_view> text);
  void add_length(std::uint32_t length);

  std::string bytes_;  ///< kept, so that a leaf costs no allocation
};

}  // namespace gatehouse::audit
