#pragma once

#include <string>
#include <string_view>

namespace gatehouse {

/// Bytes that must not leak: a password, a key, a token's secret.
///
/// Move-only. The memory is overwritten before it is given back. There is no stream or format support, so a secret
/// cannot reach a log by accident; reveal() marks each place that reads it. Comparison takes time that depends on the
/// lengths alone.
class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string_view secret);
  SecretString(SecretString&& other) noexcept;
  SecretString& operator=(SecretString&& other) noexcept;
  SecretString(const SecretString&) = delete;
  SecretString& operator=(const SecretString&) = delete;
  ~SecretString();

  [[nodiscard]] SecretString clone() const { return SecretString{reveal()}; }
  [[nodiscard]] std::string_view reveal() const noexcept { return {bytes_.data(), bytes_.size()}; }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  [[nodiscard]] bool equals(std::string_view other) const noexcept;

 private:
  void wipe() noexcept;

  std::string bytes_;
};

/// Compares in time that depends on the lengths alone (OWASP ASVS 5.0, 11.2.4).
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

/// Overwrites memory in a way the optimiser keeps.
void wipe_memory(void* memory, std::size_t bytes) noexcept;

}  // namespace gatehouse
