#include "database/database_url.hpp"

#include <algorithm>
#include <array>
#include <boost/url/authority_view.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace gatehouse::database {
namespace {

namespace urls = boost::urls;

using config::Parsed;
using config::Unreadable;

std::unexpected<Unreadable> refusal(std::string_view expectation) {
  return std::unexpected(Unreadable{std::string{expectation}});
}

/// RFC 3986 section 2.1; nothing if a % is not followed by two hex digits, or if it encodes a NUL.
std::optional<std::string> percent_decoded(std::string_view text) {
  const auto encoded = urls::make_pct_string_view(text);
  if (!encoded || text.find("%00") != std::string_view::npos) return std::nullopt;
  return encoded->decode();
}

/// Takes the text before the separator, or all of it if there is none, and removes it from `rest` with the separator.
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

/// The length of the host in `host:port`; an IPv6 address contains colons and is written in brackets.
std::size_t host_length(std::string_view text) {
  if (!text.starts_with('[')) return std::min(text.find(':'), text.size());
  const std::size_t close = text.find(']');
  return close == std::string_view::npos ? text.size() : close + 1;
}

/// One entry of the list between user and database: the host and, if it has one, its port.
struct HostAndPort {
  std::string host;
  std::string_view port;
};

Parsed<HostAndPort> parse_host(std::string_view text) {
  const std::string_view host = text.substr(0, host_length(text));
  std::string_view port = text.substr(host.size());
  if (!urls::make_pct_string_view(host)) return refusal("correctly percent-encoded in its host");
  const auto authority = urls::parse_authority(host);
  if (!authority || (!port.empty() && !port.starts_with(':'))) return refusal("a URL with a readable host");
  auto decoded = percent_decoded(authority->encoded_host_address());
  if (!decoded) return refusal("correctly percent-encoded in its host");
  if (!port.empty()) port.remove_prefix(1);
  return HostAndPort{std::move(*decoded), port};
}

/// `host:port`, or several separated by commas; a host without a port gets the port set so far.
Parsed<void> read_hosts(PostgresSettings& postgres, std::string_view text) {
  std::string hosts;
  std::string ports;
  bool any_port = false;
  while (!text.empty()) {
    auto one = parse_host(take_until(text, ','));
    if (!one) return std::unexpected(one.error());
    hosts += (hosts.empty() ? "" : ",") + one->host;
    ports += ports.empty() ? "" : ",";
    ports += one->port.empty() ? std::to_string(postgres.port) : std::string{one->port};
    any_port = any_port || !one->port.empty();
  }
  if (!hosts.empty()) postgres.host = std::move(hosts);
  if (!any_port || read_ports(postgres, ports)) return {};
  return refusal("a URL whose port is a number from 1 to 65535");
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

/// Assigns one of a few words; for any other, the refusal lists them.
template <std::size_t count>
Parsed<void> assign_word(std::string& out, std::string value, std::string_view parameter,
                         const std::array<std::string_view, count>& words) {
  std::string list;
  for (const std::string_view word : words) {
    if (value == word) {
      out = std::move(value);
      return {};
    }
    list += (list.empty() ? "" : word == words.back() ? " or " : ", ") + std::string{word};
  }
  return refusal("a URL whose " + std::string{parameter} + " is " + list);
}

/// Whole seconds, as in libpq; its 0 means no limit, which here is the largest timeout.
Parsed<void> read_connect_timeout(PostgresSettings& postgres, std::string_view text) {
  constexpr std::chrono::seconds timeout_max = std::chrono::minutes{10};
  const auto given = config::parse_number(text, {0, timeout_max.count()});
  if (!given) return refusal("a URL whose connect_timeout is a number of seconds from 0 to 600");
  postgres.connect_timeout = *given == 0 ? timeout_max : std::chrono::seconds{*given};
  return {};
}

Parsed<void> read_ssl_root(PostgresSettings& postgres, std::string value) {
  postgres.ssl_ca = value == "system" ? "" : std::move(value);
  return {};
}

Parsed<void> read_host_list(PostgresSettings& postgres, std::string_view text) {
  auto hosts = parse_database_host(text);
  if (!hosts) return refusal("a URL whose host parameter holds host names, addresses or socket directories");
  postgres.host = *std::move(hosts);
  return {};
}

Parsed<void> read_port_list(PostgresSettings& postgres, std::string_view text) {
  if (read_ports(postgres, text)) return {};
  return refusal("a URL whose port parameter holds numbers from 1 to 65535");
}

Parsed<void> read_text(std::string& out, std::string value) {
  out = std::move(value);
  return {};
}

struct ParameterReader {
  std::string_view name;
  Parsed<void> (*read)(PostgresSettings& postgres, std::string value);
};

constexpr std::array<std::string_view, 3> bindings{"disable", "prefer", "require"};
// A server that takes no writes is of no use, so libpq's other words are not among them.
constexpr std::array<std::string_view, 3> targets{"any", "primary", "read-write"};

using Postgres = PostgresSettings;
constexpr std::array parameter_readers{
    ParameterReader{"application_name",
                    [](Postgres& p, std::string v) { return read_text(p.application_name, std::move(v)); }},
    ParameterReader{"channel_binding",
                    [](Postgres& p, std::string v) {
                      return assign_word(p.channel_binding, std::move(v), "channel_binding", bindings);
                    }},
    ParameterReader{"connect_timeout", [](Postgres& p, std::string v) { return read_connect_timeout(p, v); }},
    ParameterReader{"host", [](Postgres& p, std::string v) { return read_host_list(p, v); }},
    ParameterReader{"options", [](Postgres& p, std::string v) { return read_text(p.options, std::move(v)); }},
    ParameterReader{"port", [](Postgres& p, std::string v) { return read_port_list(p, v); }},
    ParameterReader{"sslcert", [](Postgres& p, std::string v) { return read_text(p.ssl_cert, std::move(v)); }},
    ParameterReader{"sslkey", [](Postgres& p, std::string v) { return read_text(p.ssl_key, std::move(v)); }},
    ParameterReader{"sslmode", [](Postgres& p, std::string v) { return read_ssl_mode(p, v); }},
    ParameterReader{"sslrootcert", [](Postgres& p, std::string v) { return read_ssl_root(p, std::move(v)); }},
    ParameterReader{"target_session_attrs",
                    [](Postgres& p, std::string v) {
                      return assign_word(p.target_session_attrs, std::move(v), "target_session_attrs", targets);
                    }},
};

/// Whether the text can be shown: it is a parameter's name, and not part of a password with an unencoded `?`.
bool looks_like_a_name(std::string_view text) {
  constexpr std::size_t length_max = 32;
  return !text.empty() && text.size() <= length_max &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
}

Parsed<void> read_parameter(PostgresSettings& postgres, std::string_view name, std::string value) {
  std::string known;
  for (const ParameterReader& parameter : parameter_readers) {
    if (parameter.name == name) return parameter.read(postgres, std::move(value));
    known += (known.empty() ? "" : ", ") + std::string{parameter.name};
  }
  const std::string which = looks_like_a_name(name) ? "the parameter " + std::string{name} : "unknown parameters";
  return refusal("a URL without " + which + " (known after the ?: " + known + ")");
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
  if (auto read = read_hosts(postgres, authority); !read) return read;
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
