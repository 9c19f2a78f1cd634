#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace gatehouse {

/// The beginning of the SHA-256 of a session's secret: tells the session from any other that ever had the same id. It
/// proves nothing and is no secret.
struct SessionMark {
  std::array<char, 8> bytes{};

  /// `secret_hash` has 32 bytes.
  [[nodiscard]] static SessionMark of(std::string_view secret_hash) {
    SessionMark mark;
    std::ranges::copy(secret_hash.substr(0, mark.bytes.size()), mark.bytes.begin());
    return mark;
  }
  [[nodiscard]] std::string_view view() const { return {bytes.data(), bytes.size()}; }

  friend bool operator==(const SessionMark&, const SessionMark&) = default;
};

}  // namespace gatehouse
