#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "jose/jws_key.hpp"

namespace gatehouse::signing_keys {

/// The state of a key's life. It only goes forward.
enum class KeyState : std::uint8_t {
  next,     ///< published, so that everybody knows it before it signs
  current,  ///< signs; at most one key
  retired,  ///< no longer signs, and is published until the last token that it signed has expired
  revoked,  ///< in the wrong hands: not published, and its tokens are refused
};

inline constexpr std::array<std::string_view, 4> state_texts{"next", "current", "retired", "revoked"};

/// The name that the column and the commands use.
[[nodiscard]] constexpr std::string_view to_text(KeyState state) {
  return state_texts[static_cast<std::size_t>(state)];
}

/// A row of the table.
struct StoredKey {
  std::string kid;  ///< the thumbprint of RFC 7638
  jose::JwsAlgorithm algorithm;
  KeyState state;
  std::string public_jwk;
  std::optional<std::string> sealed_private;  ///< nothing: it no longer signs
  TimePoint created_at;                       ///< and published
  std::optional<TimePoint> current_from;
  std::optional<TimePoint> retired_at;  ///< or revoked
  std::optional<TimePoint> drop_at;     ///< when the row may be deleted

  friend bool operator==(const StoredKey&, const StoredKey&) = default;
};

/// A row to insert, in state next.
struct NewKey {
  std::string kid;
  jose::JwsAlgorithm algorithm;
  std::string public_jwk;
  std::string sealed_private;
  TimePoint created_at;
};

/// The most rows, including those of revoked keys.
inline constexpr std::int64_t keys_max = 64;

}  // namespace gatehouse::signing_keys
