#include "flows/identity/identity_flow.hpp"

namespace gatehouse::flows {
namespace {

using sessions::CachedVerdict;

sessions::TokenSession session_of(const tokens::TokenClaims& claims) {
  return {.id = claims.session, .user = claims.user, .mark = claims.mark};
}

Principal principal_of(const tokens::TokenClaims& claims) {
  return {.user = claims.user, .session = claims.session, .expires_at = claims.expires_at};
}

}  // namespace

CachedVerdict IdentityFlow::by_token_now(std::string_view compact, Principal& principal) {
  const TimePoint now = clock_.now();
  const auto claims = tokens_.verify(compact, now);
  if (!claims) return CachedVerdict::refused;
  const auto active = sessions_.is_active_cached(session_of(*claims), now);
  if (!active) return CachedVerdict::unknown;
  if (!*active) return CachedVerdict::refused;
  principal = principal_of(*claims);
  return CachedVerdict::active;
}

Task<std::optional<Principal>> IdentityFlow::by_token(std::string compact) {
  const auto claims = tokens_.verify(compact, clock_.now());
  if (!claims) co_return std::nullopt;
  const bool active = co_await sessions_.is_active(session_of(*claims));
  if (!active) co_return std::nullopt;
  co_return principal_of(*claims);
}

}  // namespace gatehouse::flows
