#include "limits/limit_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::limits {
namespace {

using namespace config;
using Text = std::string_view;

constexpr std::string_view limit_group = "Rate limits";

template <Policy policy>
Parsed<void> assign_quota(LimitSettings& settings, Text text) {
  const auto quota = parse_quota(text);
  if (!quota) return std::unexpected(quota.error());
  settings.quotas[static_cast<std::size_t>(policy)] = *quota;
  return {};
}

constexpr auto limit_rows = std::to_array<SettingOf<LimitSettings>>({
    {{"RATE_LIMIT_ADDRESS", limit_group, "6000/1m/1000",
      "Requests from one client address: how many, in what time, and how many at once; or off."},
     assign_quota<Policy::address>},
    {{"RATE_LIMIT_API_KEY", limit_group, "off", "Requests with one API key."}, assign_quota<Policy::api_key>},
    {{"RATE_LIMIT_BAD_KEY", limit_group, "60/1m/20", "Requests from one address without a valid API key."},
     assign_quota<Policy::bad_key>},
    {{"RATE_LIMIT_LOGIN", limit_group, "60/5m/20", "Logins from one user's address. Successful ones are not counted."},
     assign_quota<Policy::login>},
    {{"RATE_LIMIT_REGISTER", limit_group, "30/1h/10", "Users registered from one user's address."},
     assign_quota<Policy::registration>},
    {{"RATE_LIMIT_MAIL_ADDRESS", limit_group, "30/1h/10",
      "Mails with links requested from one user's address: forgotten passwords, verification, new email addresses."},
     assign_quota<Policy::mail_address>},
    {{"RATE_LIMIT_MAIL_ACCOUNT", limit_group, "5/1h/3",
      "Such mails to one user. Beyond that the answer stays the same, and no mail is sent."},
     assign_quota<Policy::mail_account>},
    {{"RATE_LIMIT_REDEEM", limit_group, "60/10m/20",
      "Tokens of such links sent back from one user's address, and passwords checked against the rules for it."},
     assign_quota<Policy::redemption>},
    {{"RATE_LIMIT_IPV6_PREFIX", limit_group, "64", "IPv6 addresses are counted together by a prefix of this length."},
     [](LimitSettings& s, Text text) { return assign_number(text, {16, 64}, s.ipv6_prefix); }},
    {{"RATE_LIMIT_ENTRIES_MAX", limit_group, "500000",
      "How many addresses and keys are counted at once, at 24 bytes each. Beyond that, those furthest from their limit "
      "are forgotten first."},
     [](LimitSettings& s, Text text) { return assign_number(text, {1'000, 100'000'000}, s.entries_max); }},
});

}  // namespace

std::string_view to_text(Policy policy) {
  constexpr std::array<std::string_view, policy_count> names{"address",  "api-key",      "bad-key",      "login",
                                                             "register", "mail-address", "mail-account", "redeem"};
  return names[static_cast<std::size_t>(policy)];
}

Section<LimitSettings> limit_section() { return {.rows = limit_rows}; }

}  // namespace gatehouse::limits
