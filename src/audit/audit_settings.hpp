#pragma once

#include <chrono>

#include "base/secret_string.hpp"
#include "config/setting.hpp"

namespace gatehouse::audit {

/// How long the audit trail is kept, and how it is sealed.
struct AuditSettings {
  std::chrono::seconds retention{std::chrono::days{400}};  ///< AUDIT_RETENTION
  std::chrono::seconds seal_interval{10};                  ///< AUDIT_SEAL_INTERVAL
  SecretString signing_key_pem;                            ///< AUDIT_SIGNING_KEY, Ed25519; empty: seals are not signed
};

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<AuditSettings> audit_section();

}  // namespace gatehouse::audit
