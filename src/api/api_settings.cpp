#include "api/api_settings.hpp"

#include <algorithm>
#include <array>

#include "config/assign.hpp"

namespace gatehouse::api {
namespace {

using namespace config;
using Text = std::string_view;

constexpr std::array login_error_styles{Choice<LoginErrors>{"uniform", LoginErrors::uniform},
                                        Choice<LoginErrors>{"detailed", LoginErrors::detailed}};

constexpr std::array unknown_field_policies{Choice<http::UnknownFields>{"ignore", http::UnknownFields::skip},
                                            Choice<http::UnknownFields>{"refuse", http::UnknownFields::refuse}};

Parsed<void> assign_origins(Text text, std::vector<std::string>& out) {
  if (to_lower(text) != "none") return assign_list(text, parse_origin, out);
  out.clear();
  return {};
}

constexpr auto api_rows = std::to_array<SettingOf<ApiSettings>>({
    {{"API_KEY", secrets_group, "",
      "The key that callers send in X-API-Key, at least 32 characters. Several, comma-separated, are valid at once.",
      Secrecy::key},
     nullptr,
     &ApiSettings::api_keys},
    {{.name = "API_KEYS_TELL_CLIENT",
      .group = "HTTP server",
      .default_text = "true",
      .description = "Whether callers with a key of API_KEY are trusted to name their client in X-Client-Address and "
                     "X-Client-User-Agent.",
      .follows = "TRUSTED_BACKENDS"},
     [](ApiSettings& s, Text text) { return assign_boolean(text, s.api_keys_tell_client); }},
    {{.name = "ALLOWED_ORIGINS",
      .group = "HTTP server",
      .default_text = "http://localhost:3000,http://127.0.0.1:3000",
      .description = "Web origins that browsers may call from, comma-separated: "
                     "https://app.example.com,http://localhost:3000; none allows no origin.",
      .production_default = "none",
      .follows = "TLS_KEY"},
     [](ApiSettings& s, Text text) { return assign_origins(text, s.allowed_origins); }},
    {{.name = "LOOSE_PATHS",
      .group = "HTTP server",
      .default_text = "false",
      .description = "true makes /Users/ the same as /users, as Express did; then a gateway's rules for paths must "
                     "ignore case and a final slash, too.",
      .follows = "TRUSTED_PROXIES"},
     [](ApiSettings& s, Text text) { return assign_boolean(text, s.loose_paths); }},
    {{.name = "REQUIRE_IF_MATCH",
      .group = "HTTP server",
      .default_text = "false",
      .description = "true refuses to change or delete a user unless If-Match says which version the client has seen.",
      .follows = "LOOSE_PATHS"},
     [](ApiSettings& s, Text text) { return assign_boolean(text, s.require_if_match); }},
    {{.name = "READY_NEEDS_FEED",
      .group = "HTTP server",
      .default_text = "false",
      .description = "true makes /health/ready answer 503 while the change feed is not known to work; without the "
                     "feed, session checks are slower, but still correct.",
      .follows = "REQUIRE_IF_MATCH"},
     [](ApiSettings& s, Text text) { return assign_boolean(text, s.ready_needs_feed); }},
    {{.name = "LOGIN_ERRORS",
      .group = "Passwords and login",
      .default_text = "uniform",
      .description = "uniform answers an unknown email and a wrong password alike; detailed tells them apart, as "
                     "Express did.",
      .follows = "HASH_WAIT_MAX"},
     [](ApiSettings& s, Text text) { return assign_choice(text, login_error_styles, s.login_errors); }},
    {{.name = "UNKNOWN_FIELDS",
      .group = "HTTP server",
      .default_text = "ignore",
      .description = "ignore skips fields of a body that the route does not know, as Express did; refuse answers "
                     "400 and names them.",
      .follows = "ALLOWED_ORIGINS"},
     [](ApiSettings& s, Text text) { return assign_choice(text, unknown_field_policies, s.unknown_fields); }},
});

}  // namespace

Section<ApiSettings> api_section() { return {.rows = api_rows}; }

Parsed<std::string> parse_origin(std::string_view text) {
  const std::unexpected refusal(Unreadable{"an origin (write https://app.example.com, without a path)"});
  std::string origin = to_lower(text);
  const bool secure = origin.starts_with("https://");
  if (!secure && !origin.starts_with("http://")) return refusal;
  if (origin.ends_with('/')) origin.pop_back();
  std::string_view host = std::string_view{origin}.substr(std::min<std::size_t>(secure ? 8 : 7, origin.size()));
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && !host.substr(colon).ends_with(']');
  const std::string_view port = has_port ? host.substr(colon + 1) : std::string_view{};
  if (has_port) host = host.substr(0, colon);
  if (!is_host(host)) return refusal;
  if (has_port && !parse_number(port, {1, 65535})) return refusal;
  if (port == (secure ? "443" : "80")) origin.resize(origin.size() - port.size() - 1);
  return origin;
}

}  // namespace gatehouse::api
