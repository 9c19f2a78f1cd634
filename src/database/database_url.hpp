#pragma once

#include <string_view>

#include "database/database_settings.hpp"

namespace gatehouse::database {

/// Reads DATABASE_URL into the settings: `postgresql://user:password@host:port/database?sslmode=verify-full`
/// (also `postgres://`; percent-encoding as in RFC 3986, so a socket directory is `%2Frun%2Fpostgresql`), or
/// `sqlite:path`.
///
/// Parameters understood: `sslmode` (disable, allow and prefer: TLS where the server offers it, unverified; require,
/// verify-ca and verify-full: verify-full), `sslrootcert`, `host`. Others are refused rather than ignored. What the URL
/// leaves out stays as it was. The error never repeats the URL.
[[nodiscard]] config::Parsed<void> read_database_url(DatabaseSettings& database, std::string_view url);

}  // namespace gatehouse::database
