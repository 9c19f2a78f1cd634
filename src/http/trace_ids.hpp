#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/random.hpp"

namespace gatehouse::http {

/// Says which trace a request is part of (W3C Trace Context 1, https://www.w3.org/TR/trace-context-1/). One per io
/// thread.
class TraceIds {
 public:
  static constexpr std::size_t length = 32;
  using Buffer = std::array<char, length>;

  /// `random` gives the thread's prefix, as in RequestIds.
  explicit TraceIds(crypto::Random& random);

  /// The trace id of a valid `traceparent`; otherwise a new one, written to `buffer`. 32 lower-case hex digits.
  [[nodiscard]] std::string_view assign(std::string_view traceparent, Buffer& buffer);

 private:
  static constexpr std::size_t prefix_length = 16;
  std::array<char, prefix_length> prefix_;
  std::uint64_t count_ = 0;
};

}  // namespace gatehouse::http
