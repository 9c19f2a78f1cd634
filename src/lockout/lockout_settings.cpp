#include "lockout/lockout_settings.hpp"

#include <array>

#include "config/assign.hpp"
#include "config/checks.hpp"

namespace gatehouse::lockout {
namespace {

using namespace config;
using std::chrono::days;
using std::chrono::seconds;
using Text = std::string_view;

constexpr std::string_view lockout_group = "Lockout";
constexpr NumberRange failures_range{1, 100};  // SP 800-63B section 3.2.2: at most 100

constexpr auto lockout_rows = std::to_array<SettingOf<LockoutSettings>>({
    {{"LOCKOUT_FREE", lockout_group, "5",
      "Wrong passwords for an account, from one place, before the next attempt has to wait."},
     [](LockoutSettings& s, Text text) { return assign_number(text, failures_range, s.free); }},
    {{"LOCKOUT_DELAY_MAX", lockout_group, "15m",
      "The longest wait; waits begin at one second and double with each failure."},
     [](LockoutSettings& s, Text text) { return assign_duration(text, {seconds{1}, days{1}}, s.delay_max); }},
    {{"LOCKOUT_DISABLE_AFTER", lockout_group, "100",
      "Wrong passwords in a row after which every password from such a place is refused, until the user is unlocked."},
     [](LockoutSettings& s, Text text) { return assign_number(text, failures_range, s.disable_after); }},
    {{"LOCKOUT_SOURCE_TTL", lockout_group, "90d",
      "How long an address from which a user has logged in counts as a separate place for that user."},
     [](LockoutSettings& s, Text text) { return assign_duration(text, {days{1}, days{3650}}, s.source_ttl); }},
});

void check(const LockoutSettings& settings, Checks& checks) {
  if (settings.free > settings.disable_after) {
    checks.refuse({"LOCKOUT_FREE", "is more than LOCKOUT_DISABLE_AFTER", "lower it or raise LOCKOUT_DISABLE_AFTER"});
  }
}

}  // namespace

Section<LockoutSettings> lockout_section() { return {.rows = lockout_rows, .check = check}; }

}  // namespace gatehouse::lockout
