#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse {

/// A moment in UTC, in microseconds: PostgreSQL's resolution, so that a stored time survives a round trip exactly.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// Microseconds since 1970-01-01T00:00:00Z.
[[nodiscard]] constexpr std::int64_t to_unix_us(TimePoint time) { return time.time_since_epoch().count(); }
[[nodiscard]] constexpr TimePoint from_unix_us(std::int64_t us) { return TimePoint{std::chrono::microseconds{us}}; }

/// Length of `2025-01-22T10:30:00.000Z`.
inline constexpr std::size_t iso8601_length = 24;

/// Appends the time as `2025-01-22T10:30:00.000Z` (ISO 8601, UTC, milliseconds, truncated), years 0000 to 9999.
void append_iso8601(std::string& out, TimePoint time);
[[nodiscard]] std::string to_iso8601(TimePoint time);

/// Appends the time as an HTTP date, `Wed, 22 Jan 2025 10:30:00 GMT` (RFC 9110 section 5.6.7).
void append_http_date(std::string& out, TimePoint time);

}  // namespace gatehouse
