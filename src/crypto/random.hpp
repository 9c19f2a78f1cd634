#pragma once

#include <cstddef>
#include <span>

namespace gatehouse::crypto {

/// A source of unpredictable bytes, injected. Any thread may call fill().
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) noexcept = 0;
};

/// The kernel's generator, through libsodium (ChaCha20 reseeded from getrandom(2)).
class SystemRandom final : public Random {
 public:
  /// Initialises libsodium; throws std::runtime_error when the machine offers no randomness.
  SystemRandom();
  void fill(std::span<std::byte> out) noexcept override;
};

}  // namespace gatehouse::crypto
