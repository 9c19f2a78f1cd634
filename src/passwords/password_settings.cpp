#include "passwords/password_settings.hpp"

#include <array>

#include "base/text.hpp"
#include "config/assign.hpp"
#include "config/checks.hpp"
#include "passwords/breach_filter.hpp"

namespace gatehouse::passwords {
namespace {

using namespace config;
using std::chrono::milliseconds;
using std::chrono::minutes;
using Text = std::string_view;

constexpr std::string_view password_group = "Passwords and login";
constexpr std::array schemes{Choice<PasswordScheme>{"argon2id", PasswordScheme::argon2id},
                             Choice<PasswordScheme>{"pbkdf2-sha512", PasswordScheme::pbkdf2_sha512}};

/// SP 800-63B-4 section 3.1.1.2 allows no less.
constexpr unsigned length_min_advised = 8;

Parsed<std::string> parse_word(Text text) {
  if (is_utf8(text)) return std::string{text};
  return std::unexpected(Unreadable{"words in UTF-8, comma-separated"});
}

constexpr auto password_rows = std::to_array<SettingOf<PasswordSettings>>({
    {{"PASSWORD_HASH", password_group, "argon2id",
      "argon2id or pbkdf2-sha512. Hashes in another format are replaced at the next successful login."},
     [](PasswordSettings& s, Text text) { return assign_choice(text, schemes, s.scheme); }},
    {{"HASH_THREADS", password_group, "0", "Threads that hash passwords; 0 means one per core."},
     [](PasswordSettings& s, Text text) { return assign_number(text, {0, 256}, s.hash_threads); }},
    {{"HASH_NICE", password_group, "5",
      "0 to 19: how much hashing yields to other work, as in nice(1). At 5 it keeps a third of busy cores, at 19 "
      "nearly nothing."},
     [](PasswordSettings& s, Text text) { return assign_number(text, {0, 19}, s.hash_nice); }},
    {{"HASH_WAIT_MAX", password_group, "10s", "Logins that would wait longer for a hash get a 503."},
     [](PasswordSettings& s, Text text) {
       return assign_duration(text, {milliseconds{10}, minutes{1}}, s.hash_wait_max);
     }},
    {{"PASSWORD_LENGTH_MIN", password_group, "8",
      "How many characters a new password must have at least; without a second factor, 15 is advised."},
     [](PasswordSettings& s, Text text) { return assign_number(text, {1, 64}, s.length_min); }},
    {{"PASSWORD_CLASSES_MIN", password_group, "0",
      "How many of lower-case letters, upper-case letters, digits and other characters a new password must have; 0 "
      "is advised, because such rules lead to predictable passwords."},
     [](PasswordSettings& s, Text text) { return assign_number(text, {0, 4}, s.classes_min); }},
    {{"PASSWORD_CONTEXT_WORDS", password_group, "",
      "Words that a new password must not consist of, such as the names of the service and the company, "
      "comma-separated. Those of fewer than four characters do not count."},
     [](PasswordSettings& s, Text text) { return assign_list(text, parse_word, s.context_words); }},
    {{"PASSWORD_BREACH_FILTER", password_group, "",
      "Path of a file made by `gatehouse passwords build-filter`; new passwords must not be in it."},
     [](PasswordSettings& s, Text text) { return assign_text(text, s.breach_filter); }},
});

void check(const PasswordSettings& settings, Checks& checks) {
  if (settings.length_min < length_min_advised) {
    checks.advise({"PASSWORD_LENGTH_MIN", "is less than 8: such passwords are easily guessed", "set it to 8 or more"});
  }
  if (settings.breach_filter.empty()) return;
  if (const auto opened = BreachFilter::open(settings.breach_filter); !opened) {
    checks.refuse_in_production({"PASSWORD_BREACH_FILTER", "names a file that " + opened.error(),
                                 "correct the path, or build the filter again"});
  }
}

}  // namespace

Section<PasswordSettings> password_section() { return {.rows = password_rows, .check = check}; }

}  // namespace gatehouse::passwords
