#include "one_time_tokens/one_time_token_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::one_time_tokens {
namespace {

using namespace config;
using Text = std::string_view;

constexpr std::string_view one_time_token_group = "Mails to users";
constexpr DurationRange ttl_range{std::chrono::minutes{1}, std::chrono::days{30}};

constexpr auto one_time_token_rows = std::to_array<SettingOf<OneTimeTokenSettings>>({
    {{"RESET_TOKEN_TTL", one_time_token_group, "10m", "How long the link to choose a new password is valid."},
     [](OneTimeTokenSettings& s, Text text) { return assign_duration(text, ttl_range, s.reset_ttl); }},
    {{"VERIFY_TOKEN_TTL", one_time_token_group, "24h", "How long the link that verifies an email address is valid."},
     [](OneTimeTokenSettings& s, Text text) { return assign_duration(text, ttl_range, s.verify_ttl); }},
    {{"EMAIL_TOKEN_TTL", one_time_token_group, "1h", "How long the link that confirms a new email address is valid."},
     [](OneTimeTokenSettings& s, Text text) { return assign_duration(text, ttl_range, s.email_ttl); }},
});

}  // namespace

Section<OneTimeTokenSettings> one_time_token_section() { return {.rows = one_time_token_rows}; }

}  // namespace gatehouse::one_time_tokens
