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

/// A node of a Merkle tree, a leaf included, or what a seal is known by: a SHA-256.
using Hash = crypto::Sha256Digest;

/// An event as it is stored, with the position that orders it. Refers to texts of somebody else.
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

/// Makes events the leaves of a Merkle tree (RFC 6962 section 2.1): the SHA-256 of a byte 0x00 and of every field in
/// the order of EventView. Before each field stands its length, in four bytes, the highest first; 0xffffffff is NULL.
/// Ids, positions and times, the latter in microseconds since 1970, are eight bytes, the highest first.
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
