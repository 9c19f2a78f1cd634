#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret_string.hpp"
#include "database/database_settings.hpp"
#include "database/postgres/first_server.hpp"
#include "database/postgres/newest_timeline.hpp"

namespace gatehouse::database::postgres {

/// Everything that an attempt to connect needs, as libpq's keywords. Immutable, and shared by all attempts.
///
/// Nothing from the process's user gets in: for each file that libpq would look for in the home directory (certificate,
/// authority, revocation list, passwords), it is given a file that does not exist. main() removes the PG… variables.
struct ConnectOptions {
  std::vector<ServerAddress> servers;                         ///< at least one; any that meets the keywords will do
  std::vector<std::pair<std::string, std::string>> keywords;  ///< all but the servers and the password
  SecretString password;
  std::chrono::milliseconds timeout;  ///< for the whole attempt
  /// The session's statement_timeout, if the session belongs to this connection alone. Without a value every session is
  /// treated as shared.
  std::optional<std::chrono::milliseconds> statement_timeout = std::nullopt;
  std::shared_ptr<FirstServer> first = std::make_shared<FirstServer>();  ///< the server to begin at; attempts learn it
  std::shared_ptr<NewestTimeline> newest_timeline = std::make_shared<NewestTimeline>();  ///< likewise
  /// How long a statement waits for a lock that another transaction holds; 0: for ever.
  std::chrono::milliseconds lock_timeout{0};
  /// The session's `gatehouse.announces`: which triggers stay silent, because this program announces its changes
  /// itself. `on`: those that send notifications; `rows`: those that write rows.
  std::string announces = "on";
};

/// Where queries go: DB_HOST and DB_PORT.
[[nodiscard]] ConnectOptions options_for_queries(const PostgresSettings& settings);

/// Where LISTEN works: DB_LISTEN_HOST and DB_LISTEN_PORT if given, else where queries go.
[[nodiscard]] ConnectOptions options_for_listening(const PostgresSettings& settings);

}  // namespace gatehouse::database::postgres
