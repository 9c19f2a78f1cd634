#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "audit/audit_settings.hpp"
#include "audit/seal.hpp"
#include "jose/asymmetric_key.hpp"

namespace gatehouse::audit {

/// The key of AUDIT_SIGNING_KEY, or null if that is not set. Throws std::invalid_argument if it is not an Ed25519 key.
[[nodiscard]] std::shared_ptr<const jose::SigningKey> make_signing_key(const AuditSettings& settings);

/// The keys whose signatures on seals are accepted. They come from whoever verifies and never from the database,
/// because whoever rewrites the trail can write to that. One thread at a time.
class SealKeys {
 public:
  void add(std::shared_ptr<const jose::VerifyingKey> key) { keys_.push_back(std::move(key)); }
  /// Adds a public or private key in PEM form. Throws std::invalid_argument if it is not an Ed25519 key.
  void add_pem(std::string_view pem);

  [[nodiscard]] bool empty() const { return keys_.empty(); }
  /// Null if the key is unknown.
  [[nodiscard]] const jose::VerifyingKey* find(std::string_view key_id) const;

 private:
  std::vector<std::shared_ptr<const jose::VerifyingKey>> keys_;
};

}  // namespace gatehouse::audit
