#pragma once

#include <string>

#include "database/postgres/connect_options.hpp"

namespace gatehouse::database::postgres {

/// A connection's first statement: one column, NULL where the session is not the connection's own.
///
/// `process_id` is the one that the server gave at the login. To a pooler's clients the server's process has another
/// one. Only a session of the connection's own gets its settings: the two timeouts, and `gatehouse.announces`, which
/// keeps triggers of the schema silent, because who writes here says itself what changes.
[[nodiscard]] std::string take_session_sql(const ConnectOptions& options, int process_id);

/// The same settings for one transaction on a session that is shared; without the statement_timeout.
[[nodiscard]] std::string transaction_settings_sql(const ConnectOptions& options);

}  // namespace gatehouse::database::postgres
