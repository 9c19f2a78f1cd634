#include "api/forward_auth/credential.hpp"

#include "api/bearer.hpp"
#include "base/text.hpp"

namespace gatehouse::api {
namespace {

using http::Field;

struct Cookie {
  std::string_view name;
  std::string_view value;
};

/// Takes the next cookie off a list that is not empty. A part without an equals sign is a name without a value.
Cookie take_cookie(std::string_view& cookies) {
  const std::string_view pair = cookies.substr(0, cookies.find(';'));
  cookies.remove_prefix(pair.size() < cookies.size() ? pair.size() + 1 : pair.size());
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return {.name = trim(pair), .value = {}};
  return {.name = trim(pair.substr(0, equals)), .value = trim(pair.substr(equals + 1))};
}

std::string_view unquoted(std::string_view value) {
  const bool is_quoted = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

std::string_view find_cookie(std::string_view cookies, std::string_view name) {
  std::string_view found;
  bool is_found = false;
  while (!cookies.empty()) {
    const Cookie cookie = take_cookie(cookies);
    if (cookie.name != name) continue;
    if (is_found) return {};
    is_found = true;
    found = unquoted(cookie.value);
  }
  return found;
}

Credential read_credential(const http::Headers& headers, std::string_view cookie_name) {
  if (headers.count(Field::authorization) > 1) return {};
  if (const auto token = bearer_token(headers[Field::authorization])) {
    return {.kind = Credential::Kind::token, .text = *token};
  }
  if (headers.count(Field::cookie) != 1) return {};
  const std::string_view session = find_cookie(headers[Field::cookie], cookie_name);
  if (session.empty()) return {};
  return {.kind = Credential::Kind::session, .text = session};
}

}  // namespace gatehouse::api
