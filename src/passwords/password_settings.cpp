#include "passwords/password_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::passwords {
namespace {

using namespace config;
using std::chrono::milliseconds;
using std::chrono::minutes;
using Row = SettingOf<PasswordSettings>;
using Text = std::string_view;

constexpr std::string_view group = "Passwords and login";
constexpr std::array schemes{Choice<PasswordScheme>{"argon2id", PasswordScheme::argon2id},
                             Choice<PasswordScheme>{"pbkdf2-sha512", PasswordScheme::pbkdf2_sha512}};

constexpr std::array rows{
    Row{{"PASSWORD_HASH", group, "argon2id",
         "argon2id or pbkdf2-sha512. Hashes in another format are replaced at the next successful login."},
        [](PasswordSettings& s, Text text) { return assign_choice(text, schemes, s.scheme); }},
    Row{{"HASH_THREADS", group, "0", "Threads that hash passwords; 0 means one per core."},
        [](PasswordSettings& s, Text text) { return assign_number(text, {0, 256}, s.hash_threads); }},
    Row{{"HASH_NICE", group, "5",
         "0 to 19: how far hashing stands back behind other requests. At 5 it keeps a third of busy cores, at 19 "
         "nearly nothing."},
        [](PasswordSettings& s, Text text) { return assign_number(text, {0, 19}, s.hash_nice); }},
    Row{{"HASH_WAIT_MAX", group, "10s", "Logins that would wait longer for a hash get a 503."},
        [](PasswordSettings& s, Text text) {
          return assign_duration(text, {milliseconds{10}, minutes{1}}, s.hash_wait_max);
        }},
};

}  // namespace

Section<PasswordSettings> password_section() { return {.rows = rows}; }

}  // namespace gatehouse::passwords
