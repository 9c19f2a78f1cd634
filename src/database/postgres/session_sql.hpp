#pragma once

#include <string>

#include "database/postgres/connect_options.hpp"

namespace gatehouse::database::postgres {

/// A connection's first statement: one column, NULL if the session is not the connection's own.
///
/// `process_id` is the one that the server gave at the login. Behind a pooler, the server's process has another one.
/// Only if the session is the connection's own does it get the settings: the two timeouts, and `gatehouse.announces`,
/// which keeps the schema's triggers silent, because whoever writes here announces the changes itself.
[[nodiscard]] std::string take_session_sql(const ConnectOptions& options, int process_id);

/// The same settings for one transaction on a shared session, without the statement_timeout.
[[nodiscard]] std::string transaction_settings_sql(const ConnectOptions& options);

}  // namespace gatehouse::database::postgres
