#include "audit/audit_settings.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "audit/seal_keys.hpp"
#include "config/assign.hpp"
#include "config/checks.hpp"

namespace gatehouse::audit {
namespace {

using namespace config;

constexpr std::string_view audit_group = "Audit trail";
constexpr DurationRange retention_range{std::chrono::days{1}, std::chrono::days{36'500}};
constexpr DurationRange seal_range{std::chrono::seconds{1}, std::chrono::hours{1}};

constexpr auto audit_rows = std::to_array<SettingOf<AuditSettings>>({
    {{"AUDIT_RETENTION", audit_group, "400d", "How long events of the audit trail are kept."},
     [](AuditSettings& s, std::string_view text) { return assign_duration(text, retention_range, s.retention); }},
    {{"AUDIT_SEAL_INTERVAL", audit_group, "10s", "How often new events of the audit trail are sealed."},
     [](AuditSettings& s, std::string_view text) { return assign_duration(text, seal_range, s.seal_interval); }},
    {{"AUDIT_SIGNING_KEY", secrets_group, "",
      "An Ed25519 private key in PEM form that signs the seals of the audit trail. Without it they are not signed.",
      Secrecy::secret},
     [](AuditSettings& s, std::string_view text) { return assign_private_key(text, s.signing_key_pem); }},
});

void check(const AuditSettings& settings, Checks& checks) {
  try {
    (void)make_signing_key(settings);
  } catch (const std::invalid_argument& refusal) {
    checks.refuse({"AUDIT_SIGNING_KEY", std::string{"cannot be used: "} + refusal.what(),
                   "use Ed25519, without a passphrase: openssl genpkey -algorithm ed25519"});
  }
}

}  // namespace

Section<AuditSettings> audit_section() { return {.rows = audit_rows, .check = check}; }

}  // namespace gatehouse::audit
