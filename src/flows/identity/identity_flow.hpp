#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/principal.hpp"
#include "sessions/session_service.hpp"
#include "tokens/remembering_verifier.hpp"

namespace gatehouse::flows {

/// Who is asking: a sealed session or a token leads to one Principal, as long as the session behind it is active. One
/// per io thread; everything it refers to outlives it. Throws what Database throws.
class IdentityFlow {
 public:
  IdentityFlow(sessions::SessionService& sessions, const tokens::TokenVerifier& tokens, const Clock& clock,
               crypto::Random& random)
      : sessions_(sessions), tokens_(tokens, random), clock_(clock) {}

  /// Replaces the verifier.
  void use(const tokens::TokenVerifier& tokens) { tokens_.use(tokens); }

  /// False if nothing can be answered from memory: the …_now() calls would be wasted work.
  [[nodiscard]] bool answers_from_memory() const noexcept { return sessions_.has_cache(); }

  /// The session's view; its principal() is who is asking.
  [[nodiscard]] sessions::CachedVerdict by_session_now(std::string_view sealed, sessions::SessionView& view) {
    return sessions_.verify_cached(sealed, view);
  }
  [[nodiscard]] Task<std::expected<sessions::SessionView, sessions::SessionError>> by_session(std::string sealed) {
    return sessions_.verify(std::move(sealed));
  }

  /// `principal` is filled if the verdict is active. Every reason against a token gives `refused`.
  [[nodiscard]] sessions::CachedVerdict by_token_now(std::string_view compact, Principal& principal);
  /// nullopt for a token that is not valid, or whose session has ended.
  [[nodiscard]] Task<std::optional<Principal>> by_token(std::string compact);

  /// The same with the token's user; the view's principal() is the token's.
  [[nodiscard]] sessions::CachedVerdict user_by_token_now(std::string_view compact, sessions::SessionView& view);
  [[nodiscard]] Task<std::optional<sessions::SessionView>> user_by_token(std::string compact);

 private:
  sessions::SessionService& sessions_;
  tokens::RememberingVerifier tokens_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
