#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::jose {

/// The signature algorithms of RFC 7518 and RFC 8037 that Gatehouse speaks. There is no "none".
enum class JwsAlgorithm { hs256, rs256, es256, eddsa };

/// The `alg` of a header: "HS256", "RS256", "ES256", "EdDSA".
[[nodiscard]] std::string_view to_text(JwsAlgorithm algorithm);
/// The algorithm with exactly that name, if any.
[[nodiscard]] std::optional<JwsAlgorithm> read_algorithm(std::string_view name);

/// The signature of an RSA key of 8192 bits has this size; no larger key is accepted.
inline constexpr std::size_t jws_signature_bytes_max = 1024;

/// A key that checks signatures of the one algorithm it is pinned to (RFC 8725 section 3.1). Immutable; any thread.
class VerifyingKey {
 public:
  virtual ~VerifyingKey() = default;
  VerifyingKey(const VerifyingKey&) = delete;
  VerifyingKey& operator=(const VerifyingKey&) = delete;

  [[nodiscard]] JwsAlgorithm algorithm() const noexcept { return algorithm_; }

  /// The name of this key in a header. By default a fingerprint: 8 bytes of a SHA-256, base64url.
  [[nodiscard]] std::string_view kid() const noexcept { return kid_; }

  /// True if `signature`, raw as in a JWS, is this key's signature of `message`. False for anything else, of any
  /// length. Throws std::runtime_error when OpenSSL itself fails (out of memory).
  [[nodiscard]] virtual bool verifies(std::string_view message, std::string_view signature) const = 0;

 protected:
  VerifyingKey(JwsAlgorithm algorithm, std::string kid) : algorithm_(algorithm), kid_(std::move(kid)) {}

 private:
  JwsAlgorithm algorithm_;
  std::string kid_;
};

/// A key that also makes signatures. Immutable; any thread.
class SigningKey : public VerifyingKey {
 public:
  /// Appends the raw signature of `message`. Throws std::runtime_error when OpenSSL fails.
  virtual void append_signature(std::string& out, std::string_view message) const = 0;

 protected:
  using VerifyingKey::VerifyingKey;
};

/// The fingerprint that names a key: the first 8 bytes of SHA-256 over `public_bytes`, base64url.
[[nodiscard]] std::string fingerprint(std::string_view public_bytes);

}  // namespace gatehouse::jose
