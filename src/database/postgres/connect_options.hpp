#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret_string.hpp"
#include "database/database_settings.hpp"

namespace gatehouse::database::postgres {

/// Everything that an attempt to connect needs, as libpq's keywords. Immutable, and shared by all attempts.
struct ConnectOptions {
  std::string host;  ///< a name, an address, a socket directory, or several of them with commas
  std::vector<std::pair<std::string, std::string>> keywords;  ///< all but the password
  SecretString password;
  std::chrono::milliseconds timeout;  ///< for the whole attempt
  /// The session's statement_timeout, if the session belongs to this connection alone. Without a value every session is
  /// treated as shared.
  std::optional<std::chrono::milliseconds> statement_timeout = std::nullopt;
};

/// Where queries go: DB_HOST and DB_PORT.
[[nodiscard]] ConnectOptions options_for_queries(const PostgresSettings& settings);

/// Where LISTEN works: DB_LISTEN_HOST and DB_LISTEN_PORT if given, else where queries go.
[[nodiscard]] ConnectOptions options_for_listening(const PostgresSettings& settings);

}  // namespace gatehouse::database::postgres
