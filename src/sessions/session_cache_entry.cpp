#include "sessions/session_cache_entry.hpp"

#include <algorithm>
#include <new>

#include "base/secret_string.hpp"

namespace gatehouse::sessions {
namespace {

/// What malloc takes for an object: one more word, rounded up to 16 bytes.
constexpr std::size_t allocated(std::size_t bytes) { return (bytes + sizeof(std::size_t) + 15) & ~std::size_t{15}; }

std::size_t text_bytes(const CachedSession& session) noexcept {
  if (!session.profile) return 0;
  return session.profile->email.size() + session.profile->first_name.size() + session.profile->last_name.size();
}

constexpr std::uint32_t length_of(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

}  // namespace

SessionCacheEntry* SessionCacheEntry::create(const CachedSession& session) noexcept {
  void* memory = ::operator new(sizeof(SessionCacheEntry) + text_bytes(session), std::nothrow);
  if (memory == nullptr) return nullptr;
  const Profile profile = session.profile.value_or(Profile{});
  auto* entry = new (memory) SessionCacheEntry{
      .by_session = {},
      .by_user = {},
      .by_use = {},
      .principal = session.principal,
      .secret = session.secret,
      .mark = session.mark,
      .valid_until = session.valid_until,
      .profile_bytes = {length_of(profile.email), length_of(profile.first_name), length_of(profile.last_name)},
      .has_profile = session.profile.has_value()};
  char* end = reinterpret_cast<char*>(entry + 1);
  for (const std::string_view part : {profile.email, profile.first_name, profile.last_name}) {
    end = std::ranges::copy(part, end).out;
  }
  return entry;
}

void SessionCacheEntry::destroy(SessionCacheEntry* entry) noexcept {
  wipe_memory(entry->secret.data(), entry->secret.size());
  ::operator delete(entry);
}

std::size_t SessionCacheEntry::footprint_of(const CachedSession& session) noexcept {
  return allocated(sizeof(SessionCacheEntry) + text_bytes(session));
}

std::size_t SessionCacheEntry::footprint() const noexcept {
  return allocated(sizeof(SessionCacheEntry) + profile_bytes[0] + profile_bytes[1] + profile_bytes[2]);
}

Profile SessionCacheEntry::profile() const noexcept {
  const char* const email = reinterpret_cast<const char*>(this + 1);
  const char* const first_name = email + profile_bytes[0];
  const char* const last_name = first_name + profile_bytes[1];
  return {.email = {email, profile_bytes[0]},
          .first_name = {first_name, profile_bytes[1]},
          .last_name = {last_name, profile_bytes[2]}};
}

}  // namespace gatehouse::sessions
