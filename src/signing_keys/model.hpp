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

/// Where a key stands in its life. It only goes forward.
enum class KeyState : std::uint8_t {
  next,     ///< published, so that everybody knows it before it signs
  current,  ///< signs; at most one key
  retired,  ///< signs no more, and is published until the last token that it signed has expired
  revoked,  ///< in wrong hands: not published, and its tokens are refused
};

inline constexpr std::array<std::string_view, 4> state_texts{"next", "current", "retired", "revoked"};

/// As the column and the commands have it.
[[nodiscard]] constexpr std::string_view to_text(KeyState state) {
  return state_texts[static_cast<std::size_t>(state)];
}

/// A row of the table.
struct StoredKey {
  std::string kid;  ///< the thumbprint of RFC 7638
  jose::JwsAlgorithm algorithm;
  KeyState state;
  std::string public_jwk;
  std::optional<std::string> sealed_private;  ///< nothing: it signs no more
  TimePoint created_at;                       ///< and published
  std::optional<TimePoint> current_from;
  std::optional<TimePoint> retired_at;  ///< or revoked
  std::optional<TimePoint> drop_at;     ///< when the row may go

  friend bool operator==(const StoredKey&, const StoredKey&) = default;
};

/// A row to be, in state next.
struct NewKey {
  std::string kid;
  jose::JwsAlgorithm algorithm;
  std::string public_jwk;
  std::string sealed_private;
  TimePoint created_at;
};

/// Rows in all, those of keys that are revoked included.
inline constexpr std::int64_t keys_max = 64;

}  // namespace gatehouse::signing_keys
