#include "audit/audit_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::audit {
namespace {

constexpr config::DurationRange retention_range{std::chrono::days{1}, std::chrono::days{36'500}};

constexpr auto audit_rows = std::to_array<config::SettingOf<AuditSettings>>({
    {{"AUDIT_RETENTION", "Audit trail", "400d", "How long events of the audit trail are kept."},
     [](AuditSettings& s, std::string_view text) {
       return config::assign_duration(text, retention_range, s.retention);
     }},
});

}  // namespace

config::Section<AuditSettings> audit_section() { return {.rows = audit_rows}; }

}  // namespace gatehouse::audit
