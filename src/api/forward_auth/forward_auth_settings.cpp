#include "api/forward_auth/forward_auth_settings.hpp"

#include <algorithm>
#include <array>

#include "config/assign.hpp"
#include "config/checks.hpp"

namespace gatehouse::api {
namespace {

using namespace config;
using Text = std::string_view;

constexpr std::string_view forward_auth_group = "Forward authentication";
constexpr std::array header_names{Choice<UserHeaders>{"x-user", UserHeaders::x_user},
                                  Choice<UserHeaders>{"remote", UserHeaders::remote},
                                  Choice<UserHeaders>{"both", UserHeaders::both}};

/// The characters of a token besides letters and digits.
constexpr Text token_marks = "!#$%&'*+-.^_`|~";

/// Whether the text is a token (RFC 9110 section 5.6.2), as RFC 6265 requires of a cookie's name.
bool is_token(Text text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || token_marks.contains(c);
  });
}

Parsed<void> assign_cookie(Text text, std::string& out) {
  if (!is_token(text)) return std::unexpected(Unreadable{"the name of a cookie: letters, digits, - and _"});
  out = text;
  return {};
}

Parsed<void> assign_login_url(Text text, std::string& out) {
  auto url = parse_login_url(text);
  if (!url) return std::unexpected(url.error());
  out = *std::move(url);
  return {};
}

Parsed<void> assign_hosts(Text text, std::vector<ReturnHost>& out) {
  const auto entries = split_list(text);
  if (entries.size() > list_entries_max) return std::unexpected(Unreadable{"a list of at most 64 hosts"});
  std::vector<ReturnHost> hosts;
  for (const Text entry : entries) {
    auto host = parse_return_host(entry);
    if (!host) return std::unexpected(host.error());
    hosts.push_back(*std::move(host));
  }
  out = std::move(hosts);
  return {};
}

constexpr auto forward_auth_rows = std::to_array<SettingOf<ForwardAuthSettings>>({
    {{"SESSION_COOKIE", forward_auth_group, "session",
      "The cookie in which a browser sends its session to the gateway."},
     [](ForwardAuthSettings& s, Text text) { return assign_cookie(text, s.session_cookie); }},
    {{"FORWARD_AUTH_WITHOUT_KEY", forward_auth_group, "false",
      "true lets TRUSTED_PROXIES ask /forward-auth without an API key, for gateways that cannot send one."},
     [](ForwardAuthSettings& s, Text text) { return assign_boolean(text, s.without_key); }},
    {{"FORWARD_AUTH_HEADERS", forward_auth_group, "x-user",
      "x-user answers with X-User-Id, -Email, -Name, -Roles and X-Session-Expires; remote with Remote-User, -Email, "
      "-Name and -Groups; both with all of them."},
     [](ForwardAuthSettings& s, Text text) { return assign_choice(text, header_names, s.headers); }},
    {{"FORWARD_AUTH_LOGIN_URL", forward_auth_group, "",
      "The page where users log in, such as https://login.example.com/; each 401 tells gateways this URL."},
     [](ForwardAuthSettings& s, Text text) { return assign_login_url(text, s.login_url); }},
    {{"FORWARD_AUTH_HOSTS", forward_auth_group, "",
      "Hosts that the login page may lead users back to, comma-separated: app.example.com,app.example.com:8443. "
      "A host without a port means the port of http or https."},
     [](ForwardAuthSettings& s, Text text) { return assign_hosts(text, s.hosts); }},
});

void check(const ForwardAuthSettings& settings, Checks& checks) {
  const bool has_proxies = checks.is_given("TRUSTED_PROXIES") || checks.is_given("LISTEN_UNIX");
  if (settings.without_key && !has_proxies) {
    checks.advise({"FORWARD_AUTH_WITHOUT_KEY",
                   "is true, but there are no TRUSTED_PROXIES, so nobody may ask without a key",
                   "name the gateway in TRUSTED_PROXIES"});
  }
  const bool is_plain = settings.login_url.starts_with("http://");
  if (checks.environment() == Environment::production && is_plain) {
    checks.advise({"FORWARD_AUTH_LOGIN_URL", "is not https: others may read passwords in transit", "use https"});
  }
}

}  // namespace

Section<ForwardAuthSettings> forward_auth_section() { return {.rows = forward_auth_rows, .check = check}; }

Parsed<ReturnHost> parse_return_host(Text text) {
  const std::unexpected refusal(
      Unreadable{"a comma-separated list of hosts (write app.example.com or app.example.com:8443)"});
  ReturnHost host{.name = to_lower(text), .port = std::nullopt};
  const std::size_t colon = host.name.rfind(':');
  if (colon != std::string::npos && !host.name.ends_with(']')) {
    const auto port = parse_number(Text{host.name}.substr(colon + 1), {1, 65535});
    if (!port) return refusal;
    host.port = static_cast<std::uint16_t>(*port);
    host.name.resize(colon);
  }
  if (!is_host(host.name)) return refusal;
  return host;
}

Parsed<std::string> parse_login_url(Text text) {
  const std::unexpected refusal(
      Unreadable{"an http or https URL without a fragment (write https://login.example.com/)"});
  const std::string lower = to_lower(text.substr(0, std::size("https://") - 1));
  const std::size_t scheme_bytes = lower == "https://" ? 8 : lower.starts_with("http://") ? 7 : 0;
  if (scheme_bytes == 0 || text.size() > login_url_bytes_max) return refusal;
  const auto is_allowed = [](char c) { return c > ' ' && c < 0x7f && c != '#' && c != '\\' && c != '"'; };
  if (!std::ranges::all_of(text, is_allowed)) return refusal;
  const Text rest = text.substr(scheme_bytes);
  const std::size_t authority_bytes = std::min(rest.find_first_of("/?"), rest.size());
  if (!parse_return_host(rest.substr(0, authority_bytes))) return refusal;
  std::string url = to_lower(text.substr(0, scheme_bytes + authority_bytes));
  if (!rest.substr(authority_bytes).starts_with('/')) url += '/';
  url += rest.substr(authority_bytes);
  return url;
}

}  // namespace gatehouse::api
