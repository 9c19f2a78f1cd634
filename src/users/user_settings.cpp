#include "users/user_settings.hpp"

#include <array>

#include "config/assign.hpp"
#include "config/checks.hpp"

namespace gatehouse::users {
namespace {

constexpr auto user_rows = std::to_array<config::SettingOf<UserSettings>>({
    {{.name = "REQUIRE_VERIFIED_EMAIL",
      .group = "Passwords and login",
      .default_text = "false",
      .description = "true lets users log in only once they have verified their email; before that, the right password "
                     "gets a 403, and the user gets a mail with a link."},
     [](UserSettings& s, std::string_view text) { return config::assign_boolean(text, s.require_verified_email); }},
});

/// Without mail nobody could verify an email, so everybody would be kept out.
void check(const UserSettings& settings, config::Checks& checks) {
  if (!settings.require_verified_email || checks.is_given("SMTP_URL")) return;
  checks.refuse_in_production({"REQUIRE_VERIFIED_EMAIL", "is true, but SMTP_URL is not set: no user gets the link",
                               "set SMTP_URL or leave REQUIRE_VERIFIED_EMAIL out"});
}

}  // namespace

config::Section<UserSettings> user_section() { return {.rows = user_rows, .check = check}; }

}  // namespace gatehouse::users
