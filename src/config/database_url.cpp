#include "config/database_url.hpp"

#include <optional>
#include <utility>

#include "base/text.hpp"

namespace gatehouse::config {
namespace {

std::unexpected<Unreadable> refusal(std::string_view expectation) {
  return std::unexpected{Unreadable{std::string{expectation}}};
}

/// RFC 3986 section 2.1; nothing where a % is not followed by two hex digits, or where it hides a NUL.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->empty() || byte->front() == '\0') return std::nullopt;
    decoded += *byte;
    i += 2;
  }
  return decoded;
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

Parsed<void> read_host(PostgresSettings& postgres, std::string_view text) {
  std::string_view host = text;
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t close = host.find(']');
    if (close == std::string_view::npos) return refusal("a URL with a readable host");
    port = host.substr(close + 1);
    host = host.substr(1, close - 1);
    if (!port.empty() && !port.starts_with(':')) return refusal("a URL with a readable host");
    if (!port.empty()) port.remove_prefix(1);
  } else {
    host = take_until(text, ':');
    port = text;
  }
  auto decoded = percent_decoded(host);
  if (!decoded) return refusal("correctly percent-encoded in its host");
  if (!decoded->empty()) postgres.host = std::move(*decoded);
  if (port.empty()) return {};
  const auto number = parse_number(port, {1, 65535});
  if (!number) return refusal("a URL whose port is a number from 1 to 65535");
  postgres.port = static_cast<std::uint16_t>(*number);
  return {};
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

Parsed<void> read_parameters(PostgresSettings& postgres, std::string_view text) {
  while (!text.empty()) {
    std::string_view parameter = take_until(text, '&');
    const std::string_view name = take_until(parameter, '=');
    auto value = percent_decoded(parameter);
    if (!value) return refusal("correctly percent-encoded in its parameters");
    if (name == "sslmode") {
      if (auto read = read_ssl_mode(postgres, *value); !read) return read;
    } else if (name == "sslrootcert") {
      postgres.ssl_ca = std::move(*value);
    } else if (name == "host") {
      postgres.host = std::move(*value);
    } else {
      return refusal("a URL with only the parameters sslmode, sslrootcert and host after its ?");
    }
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
  return read_parameters(postgres, parameters);
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

}  // namespace gatehouse::config
