#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "api/audit_cursor.hpp"
#include "audit/audit_store.hpp"
#include "base/field_error.hpp"

namespace gatehouse::api {

/// What `GET /audit?…` asks for.
struct AuditQuery {
  audit::Filter filter;
  std::optional<unsigned> limit;  ///< 1..page_limit_max; a larger number counts as page_limit_max
  std::optional<audit::Place> after;
};

/// Reads a query string, `type=login.failed&user=7&from=2026-11-01&limit=10`. Unknown parameters are ignored; repeated
/// ones are refused like wrong values.
[[nodiscard]] std::expected<AuditQuery, FieldErrors> parse_audit_query(std::string_view query,
                                                                       const AuditCursor& cursor);

/// The same query with another `after`, as a relative reference that fits between `<` and `>` in a Link field.
[[nodiscard]] std::string next_page_of(std::string_view query, std::string_view after);

}  // namespace gatehouse::api
