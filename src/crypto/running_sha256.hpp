#pragma once

#include <memory>
#include <span>
#include <string>

namespace gatehouse::crypto {

/// SHA-256 (FIPS 180-4) of bytes that are not all in memory at once. Throws std::runtime_error when OpenSSL fails. One
/// thread at a time.
class RunningSha256 {
 public:
  RunningSha256();
  ~RunningSha256();
  RunningSha256(const RunningSha256&) = delete;
  RunningSha256& operator=(const RunningSha256&) = delete;

  void add(std::span<const std::byte> bytes);
  /// Raw bytes. The object must not be used afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::crypto
