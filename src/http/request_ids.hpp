#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/random.hpp"

namespace gatehouse::http {

/// Gives each request an id, so that a client's report can be matched with a log line. One per io thread.
class RequestIds {
 public:
  static constexpr std::size_t length_max = 64;
  using Buffer = std::array<char, length_max>;

  /// `random` gives the thread's prefix: ids differ between threads, replicas and restarts.
  explicit RequestIds(crypto::Random& random);

  /// The client's own id if it is 1 to 64 of `A-Z a-z 0-9 . _ -`, which are safe in a log and a header; otherwise a new
  /// one, written to `buffer`.
  [[nodiscard]] std::string_view assign(std::string_view offered, Buffer& buffer);

 private:
  static constexpr std::size_t prefix_length = 16;
  std::array<char, prefix_length> prefix_;
  std::uint64_t count_ = 0;
};

}  // namespace gatehouse::http
