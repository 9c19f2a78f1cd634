#include "audit/audit_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::audit {
namespace {

using Row = config::SettingOf<AuditSettings>;

constexpr config::DurationRange retention_range{std::chrono::days{1}, std::chrono::days{36'500}};

constexpr std::array rows{
    Row{{"AUDIT_RETENTION", "Audit trail", "400d", "How long events of the audit trail are kept."},
        [](AuditSettings& s, std::string_view text) {
          return config::assign_duration(text, retention_range, s.retention);
        }},
};

}  // namespace

config::Section<AuditSettings> audit_section() { return {.rows = rows}; }

}  // namespace gatehouse::audit
