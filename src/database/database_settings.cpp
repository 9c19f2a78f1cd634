#include "database/database_settings.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/assign.hpp"
#include "config/checks.hpp"
#include "database/database_url.hpp"

namespace gatehouse::database {
namespace {

using namespace config;
using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Text = std::string_view;

constexpr std::string_view database_group = "Database";
constexpr DurationRange timeout_range{milliseconds{100}, minutes{10}};
constexpr DurationRange slow_range{milliseconds{0}, minutes{10}};
constexpr DurationRange lock_range{milliseconds{10}, minutes{10}};
constexpr DurationRange idle_range{seconds{1}, days{1}};
constexpr std::array<Choice<ChangeFeedKind>, 2> change_feeds{
    {{"postgres", ChangeFeedKind::postgres}, {"redis", ChangeFeedKind::redis}}};
constexpr std::size_t replicas_max = 16;
constexpr Text replicas_form =
    "at most 16 hosts, each a host name, an address or a socket's directory, with or without :port";

Parsed<void> assign_host(Text text, std::string& out) {
  auto host = parse_database_host(text);
  if (!host) return std::unexpected(host.error());
  out = *std::move(host);
  return {};
}

Parsed<void> choose_host(DatabaseSettings& settings, Text text) {
  settings.kind = DatabaseKind::postgres;
  return assign_host(text, settings.postgres.host);
}

/// The Express service's database was PostgreSQL on this machine unless DB_HOST said otherwise, so these names choose
/// PostgreSQL. They are read after SQLITE_PATH, which keeps SQLite if it is given.
Parsed<void> choose_postgres(DatabaseSettings& settings, Parsed<void> assigned) {
  if (!settings.sqlite.is_named) settings.kind = DatabaseKind::postgres;
  return assigned;
}

Parsed<void> choose_file(DatabaseSettings& settings, Text text) {
  settings.sqlite.is_named = true;
  return assign_text(text, settings.sqlite.path);
}

/// The host of an entry, and what follows it. An IPv6 address contains colons itself.
std::pair<Text, Text> split_host(Text text) {
  if (text.starts_with('[') && text.find(']') != Text::npos) {
    const std::size_t close = text.find(']');
    return {text.substr(1, close - 1), text.substr(close + 1)};
  }
  const std::size_t colon = text.find(':');
  const bool is_one = colon != Text::npos && text.find(':', colon + 1) == Text::npos;
  return is_one ? std::pair{text.substr(0, colon), text.substr(colon)} : std::pair{text, Text{}};
}

/// `host`, `host:port`, an address with or without brackets, `[address]:port`, or a socket's directory.
Parsed<ServerAddress> parse_replica(Text text) {
  const auto [host, port] = split_host(text);
  ServerAddress server{std::string{host}, 0};
  const Unreadable unreadable{std::string{replicas_form}};
  if (!parse_database_host(host)) return std::unexpected(unreadable);
  if (port.empty()) return server;
  if (!port.starts_with(':') || !assign_number(port.substr(1), {1, 65535}, server.port)) {
    return std::unexpected(unreadable);
  }
  return server;
}

Parsed<void> assign_replicas(DatabaseSettings& settings, Text text) {
  std::vector<ServerAddress> replicas;
  for (const Text entry : split_list(text)) {
    auto replica = parse_replica(entry);
    if (!replica) return std::unexpected(replica.error());
    replicas.push_back(*std::move(replica));
  }
  if (replicas.size() > replicas_max) return std::unexpected(Unreadable{std::string{replicas_form}});
  settings.postgres.replicas = std::move(replicas);
  return {};
}

/// DATABASE_URL comes after the names that it overrides.
constexpr auto database_rows = std::to_array<SettingOf<DatabaseSettings>>({
    {{"SQLITE_PATH", database_group, "data/gatehouse.db",
      "The SQLite database's file, used if neither DATABASE_URL nor DB_HOST is set."},
     choose_file},
    {{"SQLITE_READERS", database_group, "2", "Connections that read the SQLite database."},
     [](DatabaseSettings& s, Text text) { return assign_number(text, {1, 64}, s.sqlite.readers); }},
    {{"DB_HOST", database_group, "",
      "PostgreSQL's host name, address or socket directory, or several, comma-separated: the one that takes writes "
      "is used. If it is set, the database is PostgreSQL. Without it, DB_NAME, DB_USER and DB_PASSWORD mean "
      "PostgreSQL on localhost, unless SQLITE_PATH is set."},
     choose_host},
    {{"DB_PORT", database_group, "5432", "PostgreSQL's port, or one for each host, comma-separated."},
     [](DatabaseSettings& s, Text text) { return read_ports(s.postgres, text); }},
    {{"DB_NAME", database_group, "nodejs_app", "The database's name."},
     [](DatabaseSettings& s, Text text) { return choose_postgres(s, assign_text(text, s.postgres.name)); }},
    {{"DB_USER", database_group, "postgres", "The database role."},
     [](DatabaseSettings& s, Text text) { return choose_postgres(s, assign_text(text, s.postgres.user)); }},
    {{"DB_PASSWORD", database_group, "", "The role's password.", Secrecy::secret},
     [](DatabaseSettings& s, Text text) { return choose_postgres(s, assign_secret(text, s.postgres.password)); }},
    {{"DB_SSL", database_group, "false",
      "Use TLS to PostgreSQL and verify its certificate and host name (verify-full)."},
     [](DatabaseSettings& s, Text text) { return assign_boolean(text, s.postgres.ssl); }},
    {{"DB_SSL_CA", database_group, "",
      "Path of the authority's certificate (PEM); by default the system's authorities are used."},
     [](DatabaseSettings& s, Text text) { return assign_text(text, s.postgres.ssl_ca); }},
    {{"DATABASE_URL", database_group, "",
      "postgresql://user:password@host:port/name?sslmode=verify-full or sqlite:path; it overrides the names above.",
      Secrecy::secret},
     read_database_url},

    {{"DB_POOL_MIN", database_group, "2", "PostgreSQL connections kept open per process."},
     [](DatabaseSettings& s, Text text) { return assign_number(text, {0, 1000}, s.postgres.pool_min); }},
    {{"DB_POOL_MAX", database_group, "10",
      "Most PostgreSQL connections open per process, two of them for the change feed; each io thread has at least "
      "one."},
     [](DatabaseSettings& s, Text text) { return assign_number(text, {1, 1000}, s.postgres.pool_max); }},
    {{"DB_CONNECT_TIMEOUT", database_group, "30s", "Time a new PostgreSQL connection may take."},
     [](DatabaseSettings& s, Text text) { return assign_duration(text, timeout_range, s.postgres.connect_timeout); }},
    {{"DB_IDLE_TIMEOUT", database_group, "30s",
      "Connections above DB_POOL_MIN are closed after this long without use."},
     [](DatabaseSettings& s, Text text) { return assign_duration(text, idle_range, s.postgres.idle_timeout); }},
    {{"DB_REPLICA_HOSTS", database_group, "",
      "Standbys of the PostgreSQL server that may answer session checks, lists of users and exports, comma-separated: "
      "each is host or host:port; the default port is the first one of DB_PORT. A standby answers only while it has "
      "every change that this process knows of."},
     assign_replicas},
    {{"DB_PREPARED_STATEMENTS", database_group, "true",
      "Prepare statements, except behind a pooler, which is detected; false assumes a pooler."},
     [](DatabaseSettings& s, Text text) { return assign_boolean(text, s.postgres.prepared_statements); }},
    {{"DB_LISTEN_HOST", database_group, "", "The server to LISTEN on if DB_HOST is a pooler."},
     [](DatabaseSettings& s, Text text) { return assign_host(text, s.postgres.listen_host); }},
    {{"DB_LISTEN_PORT", database_group, "0", "The port of DB_LISTEN_HOST; 0 means DB_PORT."},
     [](DatabaseSettings& s, Text text) { return assign_number(text, {0, 65535}, s.postgres.listen_port); }},
    {{"CHANGE_FEED", database_group, "postgres",
      "How replicas on PostgreSQL hear of each other's changes: postgres uses LISTEN and NOTIFY; redis, for a server "
      "or pooler without them, uses rows that are polled every 100 ms, and at once when Redis (REDIS_URL) says so."},
     [](DatabaseSettings& s, Text text) { return assign_choice(text, change_feeds, s.change_feed); }},
    {{"DB_QUERY_TIMEOUT", database_group, "5s", "Time a query may take; after that the request gets a 503."},
     [](DatabaseSettings& s, Text text) { return assign_duration(text, timeout_range, s.query_timeout); }},
    {{"DB_LOCK_TIMEOUT", database_group, "500ms",
      "Time a PostgreSQL statement may wait for a lock that another transaction holds; after that a change gets a "
      "503, and a query tries again. It is never more than half of DB_QUERY_TIMEOUT."},
     [](DatabaseSettings& s, Text text) { return assign_duration(text, lock_range, s.lock_timeout); }},
    {{"SLOW_QUERY", database_group, "100ms",
      "A query or change that takes longer is logged as slow_query, without its parameters; 0 turns that off."},
     [](DatabaseSettings& s, Text text) { return assign_duration(text, slow_range, s.slow_query); }},
    {{"DB_QUEUE_MAX", database_group, "4096", "Queries that may wait per io thread; more get a 503."},
     [](DatabaseSettings& s, Text text) { return assign_number(text, {1, 1 << 20}, s.queue_max); }},
});

bool is_this_machine(const ServerAddress& server) {
  const std::string& host = server.host;
  return host.starts_with('/') || host == "localhost" || host == "127.0.0.1" || host == "::1";
}

std::string ports_text(const PostgresSettings& settings) {
  if (settings.ports.empty()) return std::to_string(settings.port);
  std::string text;
  for (const std::uint16_t port : settings.ports) text += (text.empty() ? "" : ",") + std::to_string(port);
  return text;
}

/// Without this refusal, an operator would believe that reads are spread over standbys.
void check_replicas(const DatabaseSettings& settings, Checks& checks) {
  if (settings.kind != DatabaseKind::sqlite || settings.postgres.replicas.empty()) return;
  checks.refuse({"DB_REPLICA_HOSTS", "is set, but the database is SQLite, which has no standbys",
                 "set DB_HOST or DATABASE_URL for PostgreSQL, or remove it"});
}

/// CHANGE_FEED=redis needs PostgreSQL and REDIS_URL.
void check_change_feed(const DatabaseSettings& settings, Checks& checks) {
  if (settings.change_feed != ChangeFeedKind::redis) return;
  if (settings.kind == DatabaseKind::sqlite) {
    return checks.refuse({"CHANGE_FEED", "is redis, but the database is SQLite, which needs no change feed",
                          "remove it, or set DB_HOST or DATABASE_URL for PostgreSQL"});
  }
  if (!checks.is_given("REDIS_URL")) {
    checks.refuse({"CHANGE_FEED", "is redis, but REDIS_URL is not set",
                   "set REDIS_URL to the Redis that the replicas share, or CHANGE_FEED=postgres"});
  }
}

/// Names for PostgreSQL mean nothing if the database is SQLite.
void check_choice(const DatabaseSettings& settings, Checks& checks) {
  constexpr std::array<std::string_view, 6> names{"DB_PORT",     "DB_NAME", "DB_USER",
                                                  "DB_PASSWORD", "DB_SSL",  "DB_SSL_CA"};
  if (settings.kind != DatabaseKind::sqlite || checks.is_given("DATABASE_URL")) return;
  for (const std::string_view name : names) {
    if (!checks.is_given(name)) continue;
    checks.refuse_in_production({std::string{name},
                                 "is set, but DB_HOST and DATABASE_URL are not: the database is SQLite",
                                 "set DB_HOST for PostgreSQL, or remove it"});
  }
}

void advise(const DatabaseSettings& settings, Checks& checks) {
  if (checks.is_given("DATABASE_URL") && checks.is_given("DB_HOST")) {
    checks.advise({"DB_HOST", "is overridden by DATABASE_URL", "keep one of the two"});
  }
  const PostgresSettings& postgres = settings.postgres;
  if (checks.environment() != Environment::production || settings.kind != DatabaseKind::postgres) return;
  const bool stays_here = std::ranges::all_of(servers_of(postgres), is_this_machine) &&
                          std::ranges::all_of(postgres.replicas, is_this_machine);
  if (!postgres.ssl && !stays_here) {
    checks.advise({"DB_SSL", "is false: others may read the traffic to the database", "set DB_SSL=true"});
  }
  if (postgres.password.equals("postgres")) {
    checks.advise({"DB_PASSWORD", "is PostgreSQL's example password", "choose another"});
  }
}

/// Checks files, and lists that must fit each other.
void check_postgres(const PostgresSettings& postgres, Checks& checks) {
  checks.require_readable("DB_SSL_CA", postgres.ssl_ca);
  for (const std::string* const file : {&postgres.ssl_cert, &postgres.ssl_key}) {
    checks.require_readable("DATABASE_URL", *file);
  }
  if (postgres.ssl_cert.empty() != postgres.ssl_key.empty()) {
    checks.refuse({"DATABASE_URL", "has only one of sslcert and sslkey", "give both or neither"});
  }
  const std::size_t hosts = split_list(postgres.host).size();
  if (!postgres.ports.empty() && postgres.ports.size() != hosts) {
    checks.refuse(
        {"DB_PORT", "has a different number of ports than DB_HOST has hosts", "give one port, or one for each"});
  }
  if (postgres.pool_min > postgres.pool_max) {
    checks.refuse({"DB_POOL_MIN", "is larger than DB_POOL_MAX", "lower it or raise DB_POOL_MAX"});
  }
}

void check(const DatabaseSettings& settings, Checks& checks) {
  check_postgres(settings.postgres, checks);
  if (settings.sqlite.path == ":memory:") {
    checks.refuse({"SQLITE_PATH", "is not a file: each connection would have its own database in memory",
                   "set the path of a file, in a temporary folder if you like"});
  }
  if (settings.sqlite.path.starts_with("file:")) {
    checks.refuse({"SQLITE_PATH", "is a file: URI, not the path of a file", "remove file: and everything after a ?"});
  } else if (settings.sqlite.path.find("://") != std::string::npos) {
    checks.refuse({"SQLITE_PATH", "is a URL, not the path of a file", "DATABASE_URL takes URLs"});
  }
  check_choice(settings, checks);
  check_replicas(settings, checks);
  check_change_feed(settings, checks);
  advise(settings, checks);
}

std::vector<Supplied> supplied(const DatabaseSettings& settings) {
  constexpr std::string_view url = "DATABASE_URL";
  const PostgresSettings& postgres = settings.postgres;
  std::vector<Supplied> all{{"SQLITE_PATH", settings.sqlite.path, url}};
  if (settings.kind == DatabaseKind::sqlite) return all;
  all.push_back({"DB_HOST", postgres.host, url});
  all.push_back({"DB_PORT", ports_text(postgres), url});
  all.push_back({"DB_NAME", postgres.name, url});
  all.push_back({"DB_USER", postgres.user, url});
  all.push_back({"DB_SSL", postgres.ssl ? "true" : "false", url});
  all.push_back({"DB_SSL_CA", postgres.ssl_ca, url});
  all.push_back({"DB_CONNECT_TIMEOUT", config::to_text(postgres.connect_timeout), url});
  return all;
}

}  // namespace

Section<DatabaseSettings> database_section() { return {.rows = database_rows, .check = check, .supplied = supplied}; }

std::vector<ServerAddress> servers_of(const PostgresSettings& settings) {
  std::vector<ServerAddress> servers;
  for (const std::string_view host : split_list(settings.host)) {
    const std::size_t position = servers.size();
    const bool has_own_port = position < settings.ports.size();
    servers.push_back({std::string{host}, has_own_port ? settings.ports[position] : settings.port});
  }
  return servers;
}

std::vector<ServerAddress> standbys_of(const PostgresSettings& settings) {
  std::vector<ServerAddress> standbys = settings.replicas;
  for (ServerAddress& standby : standbys) {
    if (standby.port == 0) standby.port = servers_of(settings).front().port;
  }
  return standbys;
}

std::string to_text(const ServerAddress& server) {
  const bool needs_brackets = server.host.find(':') != std::string::npos;
  const std::string host = needs_brackets ? '[' + server.host + ']' : server.host;
  return host + ':' + std::to_string(server.port);
}

Parsed<void> read_ports(PostgresSettings& settings, std::string_view text) {
  constexpr NumberRange range{1, 65535};
  if (text.find(',') == std::string_view::npos) {
    settings.ports.clear();
    return assign_number(text, range, settings.port);
  }
  std::vector<std::uint16_t> ports;
  for (const std::string_view entry : split_list(text)) {
    if (auto read = assign_number(entry, range, ports.emplace_back()); !read) return read;
  }
  settings.ports = std::move(ports);
  return {};
}

Parsed<std::string> parse_database_host(std::string_view text) {
  const auto is_address_v6 = [](std::string_view entry) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string{entry}.c_str(), &address) == 1;
  };
  const auto entries = split_list(text);
  const bool all_known = std::ranges::all_of(entries, [&](std::string_view entry) {
    return entry.starts_with('/') || is_host(to_lower(entry)) || is_address_v6(entry);
  });
  if (!entries.empty() && all_known) return std::string{text};
  return std::unexpected(Unreadable{"a host name, an address or a socket's directory; DB_PORT takes the port"});
}

}  // namespace gatehouse::database
