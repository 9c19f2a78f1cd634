#pragma once

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "jose/jws_key.hpp"

namespace gatehouse::jose {

/// An OpenSSL key of a kind Gatehouse accepts, with the algorithm the kind is pinned to: RSA of 2048 to 8192 bits is
/// RS256, a key on P-256 is ES256, Ed25519 is EdDSA. Shared and immutable.
struct AsymmetricKey {
  std::shared_ptr<EVP_PKEY> pkey;
  JwsAlgorithm algorithm;
};

/// Takes a key of an accepted kind whose public part is sound; std::invalid_argument otherwise. Not null.
[[nodiscard]] AsymmetricKey accept_key(std::shared_ptr<EVP_PKEY> pkey);
/// From a PEM private key without a passphrase; std::invalid_argument, without quoting the text, if it is none.
[[nodiscard]] AsymmetricKey read_private_pem(std::string_view pem);
/// A fresh pair, RSA with rsa_bits_generated; std::invalid_argument for HS256. RSA takes a moment.
[[nodiscard]] AsymmetricKey generate_key(JwsAlgorithm algorithm);
inline constexpr std::size_t rsa_bits_generated = 2048;
/// The pair as PKCS #8 in PEM, without a passphrase. `key` has its private half.
[[nodiscard]] SecretString private_pem(const AsymmetricKey& key);

/// The public half of a pair: RS256 (RFC 8017 PKCS #1 v1.5), ES256 (RFC 7518 section 3.4, 64 raw bytes), EdDSA
/// (RFC 8037, Ed25519). Immutable; any thread.
class PublicKey final : public VerifyingKey {
 public:
  /// From a PEM `PUBLIC KEY`. Its kid is the given one, else the fingerprint of its SubjectPublicKeyInfo. Throws
  /// std::invalid_argument, without quoting the text, if that is no key of an accepted kind.
  explicit PublicKey(std::string_view pem, std::optional<std::string> kid = std::nullopt);
  explicit PublicKey(AsymmetricKey key, std::optional<std::string> kid = std::nullopt);

  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const override;

 private:
  AsymmetricKey key_;
};

/// A whole pair. Immutable; any thread.
class PrivateKey final : public SigningKey {
 public:
  /// From a PEM private key without a passphrase; as PublicKey otherwise.
  explicit PrivateKey(std::string_view pem, std::optional<std::string> kid = std::nullopt);
  explicit PrivateKey(AsymmetricKey key, std::optional<std::string> kid = std::nullopt);

  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const override;
  void append_signature(std::string& out, std::string_view message) const override;

  /// The public half as PEM, for those who check tokens themselves.
  [[nodiscard]] std::string public_pem() const;
  [[nodiscard]] const AsymmetricKey& pair() const noexcept { return key_; }

 private:
  AsymmetricKey key_;
};

}  // namespace gatehouse::jose
