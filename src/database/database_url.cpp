#include "database/database_url.hpp"

#include <algorithm>
#include <boost/url/authority_view.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>
#include <optional>
#include <utility>

namespace gatehouse::database {
namespace {

namespace urls = boost::urls;

using config::Parsed;
using config::Unreadable;

std::unexpected<Unreadable> refusal(std::string_view expectation) {
  return std::unexpected(Unreadable{std::string{expectation}});
}

/// RFC 3986 section 2.1; nothing where a % is not followed by two hex digits, or where it hides a NUL.
std::optional<std::string> percent_decoded(std::string_view text) {
  const auto encoded = urls::make_pct_string_view(text);
  if (!encoded || text.find("%00") != std::string_view::npos) return std::nullopt;
  return encoded->decode();
}

/// The text before the separator, which is removed from `rest` with it; all of it where there is none.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return taken;
}

Parsed<void> read_user(PostgresSettings& postgres, std::string_view text) {
  auto user = percent_decoded(take_until(text, ':'));
  auto password = percent_decoded(text);
  if (!user || !password) return refusal("correctly percent-encoded in its user or password");
  if (!user->empty()) postgres.user = std::move(*user);
  if (!password->empty()) postgres.password = SecretString{*password};
  wipe_memory(password->data(), password->size());
  return {};
}

Parsed<void> read_port(PostgresSettings& postgres, std::string_view text) {
  const auto number = config::parse_number(text, {1, 65535});
  if (!number) return refusal("a URL whose port is a number from 1 to 65535");
  postgres.port = static_cast<std::uint16_t>(*number);
  return {};
}

/// How much of `host:port` is the host; an IPv6 address has colons of its own and stands in brackets.
std::size_t host_length(std::string_view text) {
  if (!text.starts_with('[')) return std::min(text.find(':'), text.size());
  const std::size_t close = text.find(']');
  return close == std::string_view::npos ? text.size() : close + 1;
}

Parsed<void> read_host(PostgresSettings& postgres, std::string_view text) {
  const std::string_view host = text.substr(0, host_length(text));
  const std::string_view port = text.substr(host.size());
  if (!urls::make_pct_string_view(host)) return refusal("correctly percent-encoded in its host");
  const auto authority = urls::parse_authority(host);
  if (!authority || (!port.empty() && !port.starts_with(':'))) return refusal("a URL with a readable host");
  auto decoded = percent_decoded(authority->encoded_host_address());
  if (!decoded) return refusal("correctly percent-encoded in its host");
  if (!decoded->empty()) postgres.host = std::move(*decoded);
  return port.size() > 1 ? read_port(postgres, port.substr(1)) : Parsed<void>{};
}

Parsed<void> read_ssl_mode(PostgresSettings& postgres, std::string_view mode) {
  for (const std::string_view off : {"disable", "allow", "prefer"}) {
    if (mode != off) continue;
    postgres.ssl = false;
    return {};
  }
  for (const std::string_view on : {"require", "verify-ca", "verify-full"}) {
    if (mode != on) continue;
    postgres.ssl = true;
    return {};
  }
  return refusal("a URL whose sslmode is disable, allow, prefer, require, verify-ca or verify-full");
}

Parsed<void> read_parameter(PostgresSettings& postgres, std::string_view name, std::string value) {
  if (name == "sslmode") return read_ssl_mode(postgres, value);
  if (name == "sslrootcert") {
    postgres.ssl_ca = std::move(value);
  } else if (name == "host") {
    postgres.host = std::move(value);
  } else {
    return refusal("a URL with only the parameters sslmode, sslrootcert and host after its ?");
  }
  return {};
}

Parsed<void> read_parameters(PostgresSettings& postgres, std::string_view text) {
  // An & at the end is no parameter, though RFC 3986 would allow an empty one.
  if (text.size() > 1 && text.ends_with('&')) text.remove_suffix(1);
  const auto parameters = urls::parse_query(text);
  if (!parameters) return refusal("correctly percent-encoded in its parameters");
  for (const auto& parameter : *parameters) {
    auto value = percent_decoded(parameter.value);
    if (!value) return refusal("correctly percent-encoded in its parameters");
    if (auto read = read_parameter(postgres, parameter.key, std::move(*value)); !read) return read;
  }
  return {};
}

Parsed<void> read_postgres(PostgresSettings& postgres, std::string_view rest) {
  std::string_view parameters = rest;
  std::string_view address = take_until(parameters, '?');
  std::string_view name = address;
  std::string_view authority = take_until(name, '/');
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (auto read = read_user(postgres, authority.substr(0, at)); !read) return read;
    authority.remove_prefix(at + 1);
  }
  if (auto read = read_host(postgres, authority); !read) return read;
  auto database = percent_decoded(name);
  if (!database || database->empty()) return refusal("a URL that names a database after its host");
  postgres.name = std::move(*database);
  return parameters.empty() ? Parsed<void>{} : read_parameters(postgres, parameters);
}

}  // namespace

Parsed<void> read_database_url(DatabaseSettings& database, std::string_view url) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"}) {
    if (!url.starts_with(scheme)) continue;
    database.kind = DatabaseKind::postgres;
    return read_postgres(database.postgres, url.substr(scheme.size()));
  }
  constexpr std::string_view sqlite_scheme = "sqlite:";
  if (!url.starts_with(sqlite_scheme)) return refusal("a postgresql:// or sqlite: URL");
  std::string_view path = url.substr(sqlite_scheme.size());
  if (path.starts_with("//")) path.remove_prefix(2);
  if (path.empty()) return refusal("a sqlite: URL with a path");
  database.kind = DatabaseKind::sqlite;
  database.sqlite.path = std::string{path};
  return {};
}

}  // namespace gatehouse::database
