#include "api/audit_query.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "api/list_query.hpp"
#include "api/path_id.hpp"
#include "api/query_parameters.hpp"
#include "base/iso8601.hpp"
#include "base/text.hpp"
#include "http/form.hpp"

namespace gatehouse::api {
namespace {

std::optional<std::string> known(std::string_view text, bool is_known) {
  if (!is_known) return std::nullopt;
  return std::string{text};
}

/// The text, if clients can read it in an event: UTF-8 without a NUL.
std::optional<std::string> readable(std::string text) {
  if (!is_utf8(text) || text.contains('\0')) return std::nullopt;
  return text;
}

std::optional<Complaint> take(std::string_view name, const std::string& value, const AuditCursor& cursor,
                              AuditQuery& query) {
  constexpr Complaint no_time{"must be a date or time in UTC, such as 2026-11-26 or 2026-11-26T10:30:00Z", "invalid"};
  audit::Filter& filter = query.filter;
  if (name == "type") {
    return set_once(filter.type, known(value, audit::is_event_type(value)),
                    {"must be the type of an event", "invalid"});
  }
  if (name == "outcome") {
    return set_once(filter.outcome, known(value, audit::is_outcome(value)),
                    {"must be ok, refused or error", "invalid"});
  }
  if (name == "actor") return set_once(filter.actor, readable(value), {"must be UTF-8", "invalid"});
  if (name == "user") return set_once(filter.user, parse_id<UserId>(value), {"must be a user's number", "invalid"});
  if (name == "from") return set_once(filter.from, parse_iso8601(value), no_time);
  if (name == "to") return set_once(filter.to, parse_iso8601(value), no_time);
  if (name == "limit") {
    return set_once(query.limit, parse_page_limit(value), {"must be a whole number from 1 to 1000", "out_of_range"});
  }
  if (name == "after") {
    return set_once(query.after, cursor.read(value),
                    {"must be the cursor from a Link header of this service", "invalid_cursor"});
  }
  return std::nullopt;
}

/// Whether a query may hold the character unencoded (RFC 3986 section 3.4) and it does not end a Link's target.
bool may_stand_in_query(char c) {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || std::string_view{"-._~%+:@!$'()*,;/?"}.contains(c);
}

void append_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (may_stand_in_query(c)) {
      out += c;
    } else {
      out += '%';
      append_hex(out, {&c, 1});
    }
  }
}

}  // namespace

std::expected<AuditQuery, FieldErrors> parse_audit_query(std::string_view query, const AuditCursor& cursor) {
  AuditQuery result;
  auto errors = take_parameters(
      query, [&](std::string_view name, std::string_view value) { return take(name, decoded(value), cursor, result); });
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return result;
}

std::string next_page_of(std::string_view query, std::string_view after) {
  std::string reference = "/audit?";
  while (const auto pair = http::take_form_pair(query)) {
    if (pair->name == "after") continue;
    append_encoded(reference, pair->name);
    reference += '=';
    append_encoded(reference, pair->value);
    reference += '&';
  }
  return reference.append("after=").append(after);
}

}  // namespace gatehouse::api
