#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/secret_string.hpp"
#include "telemetry/level.hpp"

namespace gatehouse::config {

enum class Environment { development, test, production };
enum class PasswordScheme { argon2id, pbkdf2_sha512 };
enum class LoginErrors { uniform, detailed };

/// Where and how the service listens. Sizes in bytes.
struct ServerSettings {
  std::string host = "127.0.0.1";            ///< HOST; 0.0.0.0 in production
  std::uint16_t port = 8000;                 ///< PORT; 0 takes a free one
  unsigned io_threads = 0;                   ///< IO_THREADS; 0: one per core
  std::string tls_cert;                      ///< TLS_CERT, path of a PEM chain; with tls_key or not at all
  std::string tls_key;                       ///< TLS_KEY, path of a PEM key
  std::vector<std::string> allowed_origins;  ///< ALLOWED_ORIGINS, exact origins
  std::vector<std::string> trusted_proxies;  ///< TRUSTED_PROXIES, addresses and CIDR ranges

  std::uint32_t header_bytes_max = 16 * 1024;          ///< HEADER_BYTES_MAX
  std::uint32_t body_bytes_max = 64 * 1024;            ///< BODY_BYTES_MAX
  std::chrono::milliseconds header_timeout{10'000};    ///< HEADER_TIMEOUT
  std::chrono::milliseconds body_timeout{20'000};      ///< BODY_TIMEOUT
  std::chrono::milliseconds idle_timeout{75'000};      ///< IDLE_TIMEOUT
  std::chrono::milliseconds write_timeout{30'000};     ///< WRITE_TIMEOUT, for a client that does not read its answer
  std::chrono::milliseconds shutdown_timeout{10'000};  ///< SHUTDOWN_TIMEOUT, for requests in flight at SIGTERM
  std::uint32_t connections_max = 10'000;              ///< CONNECTIONS_MAX, per process
  std::uint32_t pipeline_max = 32;  ///< PIPELINE_MAX, requests of one connection answered by one write
};

enum class DatabaseKind { sqlite, postgres };

struct SqliteSettings {
  std::string path = "data/gatehouse.db";  ///< SQLITE_PATH
  unsigned readers = 2;                    ///< SQLITE_READERS, reader connections
};

/// What libpq needs, from DATABASE_URL or the DB_… names.
struct PostgresSettings {
  std::string host = "localhost";   ///< DB_HOST, a name, an address or a socket directory
  std::uint16_t port = 5432;        ///< DB_PORT
  std::string name = "nodejs_app";  ///< DB_NAME
  std::string user = "postgres";    ///< DB_USER
  SecretString password;            ///< DB_PASSWORD
  bool ssl = false;                 ///< DB_SSL: verify-full
  std::string ssl_ca;               ///< DB_SSL_CA, path of a PEM file; empty: the system's authorities
  unsigned pool_min = 2;            ///< DB_POOL_MIN, connections per process
  unsigned pool_max = 10;           ///< DB_POOL_MAX
  std::chrono::milliseconds connect_timeout{30'000};  ///< DB_CONNECT_TIMEOUT
  std::chrono::milliseconds idle_timeout{30'000};     ///< DB_IDLE_TIMEOUT, above pool_min
  bool prepared_statements = true;                    ///< DB_PREPARED_STATEMENTS; false: take every session for shared
  std::string listen_host;                            ///< DB_LISTEN_HOST, where LISTEN works, if not DB_HOST
  std::uint16_t listen_port = 0;                      ///< DB_LISTEN_PORT; 0: as DB_PORT
};

struct DatabaseSettings {
  DatabaseKind kind = DatabaseKind::sqlite;
  SqliteSettings sqlite;
  PostgresSettings postgres;
  std::chrono::milliseconds query_timeout{5'000};  ///< DB_QUERY_TIMEOUT, each query's deadline
  std::uint32_t queue_max = 4096;                  ///< DB_QUEUE_MAX, queries waiting per io thread; over it: 503
};

struct SessionSettings {
  std::vector<SecretString> secrets;                         ///< SESSION_SECRET, comma-separated; the first one seals
  std::chrono::seconds ttl{std::chrono::days{7}};            ///< SESSION_TTL, without activity
  std::chrono::seconds absolute_ttl{std::chrono::days{30}};  ///< SESSION_ABSOLUTE_TTL
  std::size_t cache_bytes = 64u << 20;                       ///< SESSION_CACHE_MB; 0 switches the cache off
  std::chrono::seconds cleanup_interval{60};                 ///< SESSION_CLEANUP_INTERVAL
};

struct TokenSettings {
  std::vector<SecretString> secrets;  ///< JWT_SECRET, comma-separated; the first one signs
  SecretString private_key_pem;       ///< JWT_PRIVATE_KEY, PEM text (RSA, P-256 or Ed25519): signs instead of secrets
  std::chrono::seconds ttl{std::chrono::hours{1}};  ///< JWT_EXPIRES_IN
  std::string issuer = "gatehouse";                 ///< JWT_ISSUER
  std::string audience = "gatehouse";               ///< JWT_AUDIENCE
};

struct PasswordSettings {
  PasswordScheme scheme = PasswordScheme::argon2id;  ///< PASSWORD_HASH
  unsigned hash_threads = 0;                         ///< HASH_THREADS; 0: one per core
  std::chrono::milliseconds hash_wait_max{2'000};    ///< HASH_WAIT_MAX, predicted wait above which a login gets a 503
};

/// Everything the program can be told, checked. Built by load_settings(), never by hand outside tests.
struct Settings {
  Environment environment = Environment::development;   ///< APP_ENV, else NODE_ENV
  telemetry::Level log_level = telemetry::Level::info;  ///< LOG_LEVEL
  ServerSettings server;
  DatabaseSettings database;
  SessionSettings sessions;
  TokenSettings tokens;
  PasswordSettings passwords;
  LoginErrors login_errors = LoginErrors::uniform;  ///< LOGIN_ERRORS
  std::vector<SecretString> api_keys;               ///< API_KEY, comma-separated, all valid at once
};

[[nodiscard]] constexpr std::string_view to_text(Environment environment) {
  switch (environment) {
    case Environment::development:
      return "development";
    case Environment::test:
      return "test";
    case Environment::production:
      return "production";
  }
  return "development";
}

}  // namespace gatehouse::config
