#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "audit/audit_settings.hpp"
#include "audit/seal.hpp"
#include "jose/asymmetric_key.hpp"

namespace gatehouse::audit {

/// The key of AUDIT_SIGNING_KEY, or null where that is not set. Throws std::invalid_argument where it is no Ed25519
/// key.
[[nodiscard]] std::shared_ptr<const jose::SigningKey> make_signing_key(const AuditSettings& settings);

/// Whose signatures under seals count. Keys come from those who verify and never from the database, which whoever
/// rewrites the trail can write to. One thread at a time.
class SealKeys {
 public:
  void add(std::shared_ptr<const jose::VerifyingKey> key) { keys_.push_back(std::move(key)); }
  /// A public or private key in PEM form. Throws std::invalid_argument where it is no Ed25519 key.
  void add_pem(std::string_view pem);

  [[nodiscard]] bool empty() const { return keys_.empty(); }
  /// Null where it is unknown.
  [[nodiscard]] const jose::VerifyingKey* find(std::string_view key_id) const;

 private:
  std::vector<std::shared_ptr<const jose::VerifyingKey>> keys_;
};

}  // namespace gatehouse::audit
