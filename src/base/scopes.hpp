#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace gatehouse {

/// What a caller of the API may be allowed to do. Every route asks for the scopes it needs.
enum class Scope : std::uint8_t {
  auth,
  users_read,
  users_write,
  sessions_read,
  sessions_write,
  audit_read,
  revocations_read,  ///< `auth` includes it
  keys_write,
  metrics,
  forward_auth,
  admin,  ///< everything
};
inline constexpr std::size_t scope_count = static_cast<std::size_t>(Scope::admin) + 1;

/// `users:write`, for example.
[[nodiscard]] constexpr std::string_view to_text(Scope scope) {
  constexpr std::array<std::string_view, scope_count> texts{
      "auth",              //
      "users:read",        //
      "users:write",       //
      "sessions:read",     //
      "sessions:write",    //
      "audit:read",        //
      "revocations:read",  //
      "keys:write",        //
      "metrics",           //
      "forward-auth",      //
      "admin",             //
  };
  static_assert(!texts.back().empty());
  return texts[static_cast<std::size_t>(scope)];
}

/// The scope with this text; std::nullopt if there is none.
[[nodiscard]] constexpr std::optional<Scope> read_scope(std::string_view text) {
  for (std::size_t i = 0; i < scope_count; ++i) {
    if (to_text(static_cast<Scope>(i)) == text) return static_cast<Scope>(i);
  }
  return std::nullopt;
}

/// A set of scopes. One with `admin` covers every other.
class Scopes {
 public:
  constexpr Scopes() = default;
  constexpr Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) add(scope);
  }

  constexpr void add(Scope scope) { bits_ = static_cast<std::uint16_t>(bits_ | bit(scope)); }

  [[nodiscard]] constexpr bool has(Scope scope) const {
    const unsigned including = scope == Scope::revocations_read ? bit(Scope::auth) : 0;
    return (bits_ & (bit(scope) | including | bit(Scope::admin))) != 0;
  }

  /// Whether this very scope was added, and not only one that includes it.
  [[nodiscard]] constexpr bool names(Scope scope) const { return (bits_ & bit(scope)) != 0; }

  /// The first of the needed scopes that this set does not cover; std::nullopt if it covers them all.
  [[nodiscard]] constexpr std::optional<Scope> first_missing(Scopes needed) const {
    if (has(Scope::admin)) return std::nullopt;
    for (std::size_t i = 0; i < scope_count; ++i) {
      const auto scope = static_cast<Scope>(i);
      if (needed.names(scope) && !has(scope)) return scope;
    }
    return std::nullopt;
  }

  friend constexpr bool operator==(Scopes, Scopes) = default;

 private:
  static constexpr unsigned bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }

  std::uint16_t bits_ = 0;
};

}  // namespace gatehouse
