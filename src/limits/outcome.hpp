#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "limits/gcra.hpp"

namespace gatehouse::limits {

/// The most charges of one request.
inline constexpr std::size_t charges_max = 4;

/// What became of a request's charges: all of them were made, or none.
struct Outcome {
  std::optional<std::size_t> refused_by;          ///< the first charge for which nothing was left
  std::array<Standing, charges_max> standings{};  ///< of each charge, afterwards

  [[nodiscard]] bool is_allowed() const { return !refused_by.has_value(); }

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

}  // namespace gatehouse::limits
