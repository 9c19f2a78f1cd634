#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/secret_string.hpp"
#include "config/setting.hpp"

namespace gatehouse::database {

/// Which database the service keeps its data in.
enum class DatabaseKind { sqlite, postgres };

/// How replicas on PostgreSQL tell each other of changes.
enum class ChangeFeedKind {
  postgres,  ///< LISTEN and NOTIFY
  redis,     ///< rows of a table, polled at intervals, and at once when Redis says that there are some
};

/// The embedded database.
struct SqliteSettings {
  std::string path = "data/gatehouse.db";  ///< SQLITE_PATH
  bool is_named = false;                   ///< whether SQLITE_PATH was given
  unsigned readers = 2;                    ///< SQLITE_READERS, reader connections
};

/// Where one PostgreSQL server is.
struct ServerAddress {
  std::string host;
  std::uint16_t port;

  friend bool operator==(const ServerAddress&, const ServerAddress&) = default;
};

/// `host:port`, for people.
[[nodiscard]] std::string to_text(const ServerAddress& server);

/// What libpq needs, from DATABASE_URL or the DB_… names.
struct PostgresSettings {
  std::string host = "localhost";    ///< DB_HOST: a name, an address or a socket directory, or several with commas
  std::uint16_t port = 5432;         ///< DB_PORT
  std::vector<std::uint16_t> ports;  ///< DB_PORT with commas: one for each host; empty: `port` is for all
  std::string name = "nodejs_app";   ///< DB_NAME
  std::string user = "postgres";     ///< DB_USER
  SecretString password;             ///< DB_PASSWORD
  bool ssl = false;                  ///< DB_SSL: verify-full
  std::string ssl_ca;                ///< DB_SSL_CA, path of a PEM file; empty: the system's authorities
  std::string ssl_cert;              ///< this client's certificate, path of a PEM file; empty: none
  std::string ssl_key;               ///< its private key, likewise
  std::string channel_binding = "prefer";             ///< libpq's word for it
  std::string target_session_attrs = "read-write";    ///< likewise: which of the hosts will do
  std::string application_name = "gatehouse";         ///< what the server calls the sessions
  std::string options;                                ///< for the server, as libpq's `options`
  unsigned pool_min = 2;                              ///< DB_POOL_MIN, connections per process
  unsigned pool_max = 10;                             ///< DB_POOL_MAX
  std::chrono::milliseconds connect_timeout{30'000};  ///< DB_CONNECT_TIMEOUT
  std::chrono::milliseconds idle_timeout{30'000};     ///< DB_IDLE_TIMEOUT, of connections above pool_min
  std::vector<ServerAddress> replicas;                ///< DB_REPLICA_HOSTS: standbys; port 0 is DB_PORT's first
  bool prepared_statements = true;                    ///< DB_PREPARED_STATEMENTS; false: treat every session as shared
  std::string listen_host;                            ///< DB_LISTEN_HOST, where LISTEN works, if not DB_HOST
  std::uint16_t listen_port = 0;                      ///< DB_LISTEN_PORT; 0: as DB_PORT
};

/// Which database, how it is reached and how much may wait for it.
struct DatabaseSettings {
  DatabaseKind kind = DatabaseKind::sqlite;
  ChangeFeedKind change_feed = ChangeFeedKind::postgres;  ///< CHANGE_FEED; SQLite needs none
  SqliteSettings sqlite;
  PostgresSettings postgres;
  std::chrono::milliseconds query_timeout{5'000};  ///< DB_QUERY_TIMEOUT, each query's deadline
  std::chrono::milliseconds slow_query{100};       ///< SLOW_QUERY; 0: no query is slow
  std::chrono::milliseconds lock_timeout{500};     ///< DB_LOCK_TIMEOUT, a statement's wait for another's lock
  std::uint32_t queue_max = 4096;                  ///< DB_QUEUE_MAX, queries waiting per io thread; over it: 503
};

/// The servers that may have the database, in the order in which the settings name them.
[[nodiscard]] std::vector<ServerAddress> servers_of(const PostgresSettings& settings);

/// The standbys that may answer reads, in the order in which the settings name them.
[[nodiscard]] std::vector<ServerAddress> standbys_of(const PostgresSettings& settings);

/// The names, defaults and rules of these settings.
[[nodiscard]] config::Section<DatabaseSettings> database_section();

/// Where a PostgreSQL server is: a host name, an address or the absolute path of a socket's directory, or several of
/// them with commas between, as libpq takes them. Returned as given.
[[nodiscard]] config::Parsed<std::string> parse_database_host(std::string_view text);

/// Reads a port, or one for each host with commas between.
[[nodiscard]] config::Parsed<void> read_ports(PostgresSettings& settings, std::string_view text);

}  // namespace gatehouse::database
