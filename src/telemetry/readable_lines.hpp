#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::telemetry {

/// Escape sequences of ECMA-48, which terminals know.
enum class Colours : std::uint8_t { none, ansi };

/// The log's JSON lines in a form for people at a terminal, each ended by \n:
///
///     08:42:02.775 info  server_started host=127.0.0.1 port=8000 tls=false
///     08:42:03.104 info  POST /user-auth 200 512 B 41.2 ms from 127.0.0.1
///     08:42:07.310 warn  postgres_feed_lost detail="connection refused"
///
/// Times are UTC. With colours, the level has one. A text with blanks or escapes keeps its quotes and escapes, so no
/// control character reaches the terminal. The id of a request is left out. A line that is no flat JSON object of the
/// log stays as it is.
[[nodiscard]] std::string to_readable(std::string_view json_lines, Colours colours = Colours::none);

}  // namespace gatehouse::telemetry
