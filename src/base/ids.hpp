#pragma once

#include <compare>
#include <cstdint>

namespace gatehouse {

/// A database row's 64-bit identifier that cannot be mistaken for another table's. Zero and below are never issued.
template <class Tag>
struct StrongId {
  std::int64_t value = 0;

  friend auto operator<=>(const StrongId&, const StrongId&) = default;
};

using UserId = StrongId<struct UserTag>;
using SessionId = StrongId<struct SessionTag>;

}  // namespace gatehouse
