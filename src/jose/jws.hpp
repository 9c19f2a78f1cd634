#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jose/jws_key.hpp"

namespace gatehouse::jose {

/// JSON Web Signatures, RFC 7515, in the compact form only, hardened as RFC 8725 asks.

/// The longest JWS that is looked at.
inline constexpr std::size_t jws_bytes_max = 8 * 1024;

/// Why a JWS was refused, one value for each cause.
enum class JwsError {
  too_long,           ///< over jws_bytes_max
  not_compact,        ///< not three parts separated by dots
  bad_encoding,       ///< a part is not strict base64url
  bad_header,         ///< not one flat JSON object, a duplicate member, a known member that is no text, or no `alg`
  refused_parameter,  ///< crit, jku, jwk, x5u, x5c, x5t, x5t#S256, b64 or zip: none of them is ever obeyed
  wrong_type,         ///< `typ` is not the one asked for
  missing_kid,        ///< no `kid` where one is required
  unknown_kid,        ///< no key has this `kid`; nothing is looked up anywhere
  wrong_algorithm,    ///< `alg` is not the one the key is pinned to; "none" always
  bad_signature,      ///< the key did not sign this
};

/// Room for one verified payload, on the caller's stack.
class JwsBuffer {
  friend class JwsVerifier;
  std::array<char, jws_bytes_max / 4 * 3> payload_;
};

/// A payload whose signature was checked. Only JwsVerifier makes one; its views live as long as the buffer and the
/// verifier do.
class VerifiedJws {
 public:
  [[nodiscard]] std::string_view payload() const noexcept { return payload_; }
  [[nodiscard]] const VerifyingKey& key() const noexcept { return *key_; }

 private:
  friend class JwsVerifier;
  VerifiedJws(std::string_view payload, const VerifyingKey& key) : payload_(payload), key_(&key) {}

  std::string_view payload_;
  const VerifyingKey* key_;
};

/// What a verifier requires of a header besides a known key.
struct JwsPolicy {
  std::string type;             ///< the exact `typ`; empty: any, or none
  std::string other_type = {};  ///< another accepted `typ`; empty: none
  bool kid_required = true;     ///< if false, a token may leave out the `kid` of the only key
};

/// Checks JWSs against a fixed set of keys. Immutable; threads may call verify() at the same time.
class JwsVerifier {
 public:
  /// At least one key, no two with the same kid, no secrets together with public keys; std::invalid_argument otherwise.
  JwsVerifier(std::vector<std::shared_ptr<const VerifyingKey>> keys, JwsPolicy policy);

  /// The payload, or the first rule that was broken. Signature and payload may hold anything: they are only read after
  /// the header named a key and its algorithm. Throws std::runtime_error when OpenSSL fails.
  [[nodiscard]] std::expected<VerifiedJws, JwsError> verify(std::string_view compact, JwsBuffer& buffer) const;

 private:
  /// A key with the header our own signer writes for it, so that our own tokens' headers need no parsing.
  struct Candidate {
    std::shared_ptr<const VerifyingKey> key;
    std::string usual_header;
  };

  [[nodiscard]] std::expected<const VerifyingKey*, JwsError> key_for(std::string_view header_part) const;
  [[nodiscard]] std::expected<const VerifyingKey*, JwsError> key_named(const std::optional<std::string>& kid) const;

  std::vector<Candidate> candidates_;
  JwsPolicy policy_;
};

/// The protected header {"alg","typ","kid"} as base64url; without `typ` if `type` is empty.
[[nodiscard]] std::string jws_header(const VerifyingKey& key, std::string_view type);

/// Signs payloads of one type. Immutable; any thread.
class JwsSigner {
 public:
  JwsSigner(std::shared_ptr<const SigningKey> key, std::string_view type);

  /// The compact form. Throws std::runtime_error when OpenSSL fails.
  [[nodiscard]] std::string sign(std::string_view payload) const;

 private:
  std::shared_ptr<const SigningKey> key_;
  std::string header_;
};

}  // namespace gatehouse::jose
