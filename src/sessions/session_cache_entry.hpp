#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/unordered_set.hpp>
#include <cstdint>

#include "sessions/session_cache.hpp"

namespace gatehouse::sessions {

/// One session of a SessionCacheShard, linked into the shard's three structures. The profile's characters follow it in
/// the same allocation. No pointer to it leaves its shard.
struct SessionCacheEntry {
  using LinkMode = boost::intrusive::link_mode<boost::intrusive::normal_link>;
  using IndexHook = boost::intrusive::unordered_set_member_hook<LinkMode>;
  using ListHook = boost::intrusive::list_member_hook<LinkMode>;

  IndexHook by_session;
  ListHook by_user;
  ListHook by_use;
  Principal principal;
  SessionSecret secret;
  SessionMark mark;
  TimePoint valid_until;
  std::array<std::uint32_t, 3> profile_bytes;  ///< email, first name, last name
  bool has_profile;

  /// Null if there is no memory.
  [[nodiscard]] static SessionCacheEntry* create(const CachedSession& session) noexcept;
  static void destroy(SessionCacheEntry* entry) noexcept;

  /// What create() takes from the heap, malloc's own word included.
  [[nodiscard]] static std::size_t footprint_of(const CachedSession& session) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept;

  [[nodiscard]] Profile profile() const noexcept;

  /// Whether it is the session that a token with its id was issued with.
  [[nodiscard]] bool is(const TokenSession& session) const noexcept {
    return principal.user == session.user && session.mark.value_or(mark) == mark;
  }
};

}  // namespace gatehouse::sessions
