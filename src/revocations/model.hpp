#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace gatehouse::revocations {

/// What a revocation applies to. The names are those of the table and of the API.
enum class Kind : std::uint8_t { session, user, signing_key };
inline constexpr std::array<std::string_view, 3> kind_texts{"session", "user", "signing_key"};

[[nodiscard]] constexpr std::string_view to_text(Kind kind) { return kind_texts[static_cast<std::size_t>(kind)]; }

/// A place in the log. The time is that of the revocation there: a log that lost its end and continued differently has
/// another time at the same position.
struct Place {
  std::int64_t position = 0;  ///< from 1; 0 is before all
  TimePoint at{};

  friend bool operator==(const Place&, const Place&) = default;
};

/// Tokens of this session or user, or with this key, are no longer valid.
struct Revocation {
  Place place;
  Kind kind;
  std::string subject;  ///< an id in digits, or a kid
  TimePoint until{};    ///< no token that it applies to lives longer
};

}  // namespace gatehouse::revocations
