#include "flows/identity/identity_flow.hpp"

namespace gatehouse::flows {
namespace {

using sessions::CachedVerdict;
using sessions::SessionView;

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

CachedVerdict IdentityFlow::user_by_token_now(std::string_view compact, SessionView& view) {
  const TimePoint now = clock_.now();
  const auto claims = tokens_.verify(compact, now);
  if (!claims) return CachedVerdict::refused;
  const CachedVerdict verdict = sessions_.find_cached(session_of(*claims), now, view);
  if (verdict == CachedVerdict::active) view.expire_at(claims->expires_at);
  return verdict;
}

Task<std::optional<SessionView>> IdentityFlow::user_by_token(std::string compact) {
  const auto claims = tokens_.verify(compact, clock_.now());
  if (!claims) co_return std::nullopt;
  auto view = co_await sessions_.find_active(session_of(*claims));
  if (view) view->expire_at(claims->expires_at);
  co_return view;
}

}  // namespace gatehouse::flows
