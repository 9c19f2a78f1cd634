#include "jose/jws.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/base64url.hpp"
#include "jose/jws_header.hpp"

namespace gatehouse::jose {

// Invariants. The header names a key, the key has its algorithm, and only then are signature and payload looked at;
// nothing in a token chooses how it is verified. A VerifiedJws exists only after its signature was verified. Nothing
// longer than its buffer is decoded, and everything is bounded by jws_bytes_max before the first byte is read.

namespace {

struct CompactParts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signing_input;  ///< header, dot, payload
};

std::optional<CompactParts> split(std::string_view compact) {
  const std::size_t first = compact.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = compact.find('.', first + 1);
  // Five parts are JWE (RFC 7516), and any other number is no token.
  if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return CompactParts{.header = compact.substr(0, first),
                      .payload = compact.substr(first + 1, second - first - 1),
                      .signature = compact.substr(second + 1),
                      .signing_input = compact.substr(0, second)};
}

bool is_wanted(const JwsPolicy& policy, const std::optional<std::string>& type) {
  if (policy.type.empty() || type == policy.type) return true;
  return !policy.other_type.empty() && type == policy.other_type;
}

bool is_secret(const VerifyingKey& key) { return key.algorithm() == JwsAlgorithm::hs256; }

void require_usable(const std::vector<std::shared_ptr<const VerifyingKey>>& keys) {
  if (keys.empty()) throw std::invalid_argument("a JWS verifier needs a key");
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (is_secret(**key) != is_secret(*keys.front())) {
      throw std::invalid_argument("secrets and public keys must not verify together (RFC 8725 section 2.1)");
    }
    const bool twice = std::any_of(keys.begin(), key, [&](const auto& other) { return other->kid() == (*key)->kid(); });
    if (twice) throw std::invalid_argument("two JWS keys have one kid");
  }
}

}  // namespace

JwsVerifier::JwsVerifier(std::vector<std::shared_ptr<const VerifyingKey>> keys, JwsPolicy policy)
    : policy_(std::move(policy)) {
  require_usable(keys);
  for (auto& key : keys) {
    std::string usual_header = jws_header(*key, policy_.type);
    candidates_.push_back({.key = std::move(key), .usual_header = std::move(usual_header)});
  }
}

std::expected<VerifiedJws, JwsError> JwsVerifier::verify(std::string_view compact, JwsBuffer& buffer) const {
  if (compact.size() > jws_bytes_max) return std::unexpected(JwsError::too_long);
  const auto parts = split(compact);
  if (!parts) return std::unexpected(JwsError::not_compact);
  const auto key = key_for(parts->header);
  if (!key) return std::unexpected(key.error());

  std::array<char, jws_signature_bytes_max> signature;
  const auto signature_length = decode_base64url(parts->signature, signature.data(), signature.size());
  if (!signature_length) return std::unexpected(JwsError::bad_encoding);
  if (!(*key)->verifies(parts->signing_input, {signature.data(), *signature_length})) {
    return std::unexpected(JwsError::bad_signature);
  }

  const auto length = decode_base64url(parts->payload, buffer.payload_.data(), buffer.payload_.size());
  if (!length) return std::unexpected(JwsError::bad_encoding);
  return VerifiedJws{{buffer.payload_.data(), *length}, **key};
}

std::expected<const VerifyingKey*, JwsError> JwsVerifier::key_for(std::string_view header_part) const {
  // The header of our own tokens is known to the letter, so comparing it saves parsing it. Equal text has equal
  // meaning, so this accepts nothing that parsing would refuse.
  const auto usual = std::ranges::find(candidates_, header_part, &Candidate::usual_header);
  if (usual != candidates_.end()) return usual->key.get();

  const auto header = read_jws_header(header_part);
  if (!header) return std::unexpected(header.error());
  if (!is_wanted(policy_, header->type)) return std::unexpected(JwsError::wrong_type);
  const auto key = key_named(header->kid);
  // The token's word about the algorithm is compared, never obeyed.
  if (key && header->algorithm != to_text((*key)->algorithm())) return std::unexpected(JwsError::wrong_algorithm);
  return key;
}

std::expected<const VerifyingKey*, JwsError> JwsVerifier::key_named(const std::optional<std::string>& kid) const {
  if (!kid) {
    if (policy_.kid_required || candidates_.size() != 1) return std::unexpected(JwsError::missing_kid);
    return candidates_.front().key.get();
  }
  const auto named =
      std::ranges::find_if(candidates_, [&](const Candidate& candidate) { return candidate.key->kid() == *kid; });
  if (named == candidates_.end()) return std::unexpected(JwsError::unknown_kid);
  return named->key.get();
}

JwsSigner::JwsSigner(std::shared_ptr<const SigningKey> key, std::string_view type)
    : key_(std::move(key)), header_(jws_header(*key_, type)) {}

std::string JwsSigner::sign(std::string_view payload) const {
  std::string compact = header_;
  compact += '.';
  append_base64url(compact, payload);
  std::string signature;
  key_->append_signature(signature, compact);
  compact += '.';
  append_base64url(compact, signature);
  return compact;
}

}  // namespace gatehouse::jose
