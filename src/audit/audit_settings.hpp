#pragma once

#include <chrono>

#include "config/setting.hpp"

namespace gatehouse::audit {

/// How long the audit trail is kept.
struct AuditSettings {
  std::chrono::seconds retention{std::chrono::days{400}};  ///< AUDIT_RETENTION
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<AuditSettings> audit_section();

}  // namespace gatehouse::audit
