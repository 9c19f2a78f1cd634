#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "crypto/sealing_keys.hpp"
#include "idempotency/model.hpp"

namespace gatehouse::idempotency {

/// Keys that keep passwords and secrets of requests and answers out of the database, derived from SESSION_SECRET by
/// HKDF. The first secret is used and every one is accepted, so secrets can be rotated while what is in the database
/// stays valid. Immutable; any thread.
class RepetitionKeys {
 public:
  /// At least one secret; the secrets are not kept, only the keys derived from them.
  explicit RepetitionKeys(std::span<const SecretString> secrets);
  ~RepetitionKeys();
  RepetitionKeys(const RepetitionKeys&) = delete;
  RepetitionKeys& operator=(const RepetitionKeys&) = delete;

  /// What is stored of a fingerprint: 32 bytes that, without the key, say nothing about the request.
  [[nodiscard]] std::string mark(std::string_view fingerprint) const;
  /// Whether `mark` is the mark of this fingerprint.
  [[nodiscard]] bool is_mark_of(std::string_view mark, std::string_view fingerprint) const;

  /// Seals an answer for the row of this request; it opens for no other one.
  [[nodiscard]] std::string seal(const KeyedRequest& request, std::string_view answer, crypto::Random& random) const;
  /// Nothing unless every byte is as sealed by one of the keys for this request.
  [[nodiscard]] std::optional<SecretString> open(const KeyedRequest& request, std::string_view sealed) const;

 private:
  using MarkKey = std::array<std::byte, 32>;
  [[nodiscard]] static std::string mark(const MarkKey& key, std::string_view fingerprint);

  static constexpr crypto::SealKind kind{
      .first_byte = 4, .key_purpose = "gatehouse idempotency v1", .key_id_purpose = "gatehouse idempotency key id v1"};

  crypto::SealingKeys sealing_;
  std::vector<MarkKey> marking_;  ///< the first one marks
};

}  // namespace gatehouse::idempotency
