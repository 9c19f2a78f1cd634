#include "signing_keys/signing_key_settings.hpp"

#include <array>

#include "config/assign.hpp"
#include "config/checks.hpp"
#include "signing_keys/key_life.hpp"

namespace gatehouse::signing_keys {
namespace {

using namespace config;
using std::chrono::days;
using std::chrono::seconds;
using Text = std::string_view;

constexpr std::string_view signing_key_group = "Tokens";

constexpr auto signing_key_rows = std::to_array<SettingOf<SigningKeySettings>>({
    {{.name = "JWKS_MAX_AGE",
      .group = signing_key_group,
      .default_text = "1h",
      .description = "How long others may cache the published keys; a new key waits that long, and a sixth longer, "
                     "before it signs."},
     [](SigningKeySettings& s, Text text) { return assign_duration(text, {seconds{1}, days{7}}, s.jwks_max_age); }},
    {{.name = "SIGNING_KEY_ROTATE",
      .group = signing_key_group,
      .default_text = "90d",
      .description = "How long a key of `gatehouse signing-keys` signs until the service replaces it; 0 turns "
                     "that off."},
     [](SigningKeySettings& s, Text text) {
       return assign_duration(text, {seconds{0}, days{3650}}, s.rotation_interval);
     }},
});

void check(const SigningKeySettings& settings, Checks& checks) {
  const KeyLife life{{.jwks_max_age = settings.jwks_max_age, .token_ttl = {}}};
  if (settings.rotation_interval.count() == 0 || settings.rotation_interval >= 2 * life.publication()) return;
  checks.refuse({"SIGNING_KEY_ROTATE",
                 "is too short: the next key has to be published for JWKS_MAX_AGE before it signs",
                 "make it at least two and a half times JWKS_MAX_AGE, or 0"});
}

}  // namespace

Section<SigningKeySettings> signing_key_section() { return {.rows = signing_key_rows, .check = check}; }

}  // namespace gatehouse::signing_keys
