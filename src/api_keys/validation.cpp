#include "api_keys/validation.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "api_keys/scope_list.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

namespace gatehouse::api_keys {
namespace {

/// Logs and the audit trail use these names for other callers.
constexpr std::array<std::string_view, 2> taken_names{"API_KEY", "TRUSTED_PROXIES"};

bool looks_like(std::string_view name, std::string_view other) {
  return to_nfkc_casefold(trim(name, ascii_whitespace)) == to_nfkc_casefold(other);
}

void check_name(std::string_view name, FieldErrors& errors) {
  if (trim(name, ascii_whitespace).empty()) {
    errors.push_back({"name", "must not be empty", "empty"});
  } else if (!is_utf8(name)) {
    errors.push_back({"name", "must be valid UTF-8 text", "not_unicode"});
  } else if (count_code_points(name) > name_characters_max) {
    errors.push_back({"name", "must be at most 100 characters long", "too_long"});
  } else if (has_control_character(name)) {
    errors.push_back({"name", "must not contain control characters", "control_character"});
  } else if (const auto taken = std::ranges::find_if(taken_names, [name](auto one) { return looks_like(name, one); });
             taken != taken_names.end()) {
    errors.push_back({"name", "must not look like " + std::string{*taken}, "invalid"});
  }
}

void check_scopes(std::string_view text, FieldErrors& errors) {
  if (text.empty()) return errors.push_back({"scopes", "must not be empty", "empty"});
  const ScopeList list = read_scopes(text);
  if (!list.unknown) return;
  const bool is_readable = !list.unknown->empty() && is_utf8(*list.unknown) && list.unknown->size() <= 40;
  const std::string about = is_readable ? "; " + std::string{*list.unknown} + " is not one" : "";
  errors.push_back({"scopes", "must be scopes, separated by single spaces" + about, "invalid"});
}

}  // namespace

FieldErrors validate(const KeyRequest& request) {
  FieldErrors errors;
  check_name(request.name, errors);
  check_scopes(request.scopes, errors);
  if (request.expires_in_s && (*request.expires_in_s < 1 || *request.expires_in_s > lifetime_max.count())) {
    errors.push_back({"expiresIn", "must be from 1 to " + std::to_string(lifetime_max.count()), "out_of_range"});
  }
  return errors;
}

}  // namespace gatehouse::api_keys
