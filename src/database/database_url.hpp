#pragma once

#include <string_view>

#include "database/database_settings.hpp"

namespace gatehouse::database {

/// Reads DATABASE_URL into the settings: `postgresql://user:password@host:port/database?sslmode=verify-full` (also
/// `postgres://`; percent-encoding as in RFC 3986, so a socket directory is `%2Frun%2Fpostgresql`; several `host:port`
/// separated by commas, as in libpq), or `sqlite:path`.
///
/// It understands the parameters that hosting providers hand out, with libpq's meaning except for `sslmode`: disable,
/// allow and prefer mean TLS if the server offers it, unverified; require, verify-ca and verify-full all mean
/// verify-full. Others are refused, by name, rather than ignored. What the URL leaves out stays as it was. Apart from
/// such a name, the error never repeats any part of the URL.
[[nodiscard]] config::Parsed<void> read_database_url(DatabaseSettings& database, std::string_view url);

}  // namespace gatehouse::database
