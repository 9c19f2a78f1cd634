#include "users/user_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::users {
namespace {

using Row = config::SettingOf<UserSettings>;

constexpr std::array rows{
    Row{{.name = "REQUIRE_VERIFIED_EMAIL",
         .group = "Passwords and login",
         .default_text = "false",
         .description = "true lets users log in only once they have verified their email; before that, a right "
                        "password gets a 403 and a mail with a link."},
        [](UserSettings& s, std::string_view text) { return config::assign_boolean(text, s.require_verified_email); }},
};

}  // namespace

config::Section<UserSettings> user_section() { return {.rows = rows}; }

}  // namespace gatehouse::users
