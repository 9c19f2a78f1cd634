#include "config/catalog.hpp"

#include <algorithm>
#include <array>

#include "config/assign.hpp"
#include "config/database_url.hpp"

namespace gatehouse::config {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using telemetry::Level;
using Text = std::string_view;

constexpr std::array log_levels{Choice<Level>{"trace", Level::trace}, Choice<Level>{"debug", Level::debug},
                                Choice<Level>{"info", Level::info},   Choice<Level>{"warn", Level::warn},
                                Choice<Level>{"error", Level::error}, Choice<Level>{"off", Level::off}};
constexpr std::array password_schemes{Choice<PasswordScheme>{"argon2id", PasswordScheme::argon2id},
                                      Choice<PasswordScheme>{"pbkdf2-sha512", PasswordScheme::pbkdf2_sha512}};
constexpr std::array login_error_styles{Choice<LoginErrors>{"uniform", LoginErrors::uniform},
                                        Choice<LoginErrors>{"detailed", LoginErrors::detailed}};

constexpr NumberRange port_range{1, 65535};
constexpr DurationRange timeout_range{milliseconds{100}, minutes{10}};
constexpr DurationRange lifetime_range{seconds{1}, days{3650}};

constexpr std::array application{
    Setting{"NODE_ENV", "Application", "",
            "Read where APP_ENV is not set, so that an .env of the Express service keeps its meaning.",
            [](Settings& s, Text text) { return assign_environment(text, s.environment); }},
    Setting{"APP_ENV", "Application", "development",
            "development, test or production. Production refuses to start with missing, short or example secrets.",
            [](Settings& s, Text text) { return assign_environment(text, s.environment); }},
    Setting{"LOG_LEVEL", "Application", "info",
            "trace, debug, info, warn, error or off. Access lines are written at info and below.",
            [](Settings& s, Text text) { return assign_choice(text, log_levels, s.log_level); }},
};

constexpr std::array secrets{
    Setting{"API_KEY", "Secrets", "",
            "What callers send in X-API-Key, at least 32 characters. Several, comma-separated, are all valid at once.",
            [](Settings& s, Text text) { return assign_secrets(text, s.api_keys); }, true},
    Setting{"SESSION_SECRET", "Secrets", "",
            "Seals sessions, at least 32 bytes. Several, comma-separated: the first seals, all of them open.",
            [](Settings& s, Text text) { return assign_secrets(text, s.sessions.secrets); }, true},
    Setting{"JWT_SECRET", "Secrets", "",
            "Signs tokens (HS256), at least 32 bytes. Several, comma-separated: the first signs, all of them verify.",
            [](Settings& s, Text text) { return assign_secrets(text, s.tokens.secrets); }, true},
    Setting{"JWT_PRIVATE_KEY", "Secrets", "",
            "A private key in PEM form (RSA, P-256 or Ed25519) that signs tokens instead of JWT_SECRET.",
            [](Settings& s, Text text) { return assign_private_key(text, s.tokens.private_key_pem); }, true},
};

constexpr std::array server{
    Setting{"HOST", "HTTP server", "127.0.0.1",
            "The address to listen on; 0.0.0.0, every one, is the default in production.",
            [](Settings& s, Text text) { return assign_text(text, s.server.host); }, false, "0.0.0.0"},
    Setting{"PORT", "HTTP server", "8000", "The port to listen on; 0 takes a free one.",
            [](Settings& s, Text text) { return assign_number(text, {0, 65535}, s.server.port); }},
    Setting{"IO_THREADS", "HTTP server", "0", "Threads that serve connections; 0 means one per core.",
            [](Settings& s, Text text) { return assign_number(text, {0, 256}, s.server.io_threads); }},
    Setting{"TLS_CERT", "HTTP server", "",
            "Path of the certificate chain (PEM). Together with TLS_KEY it turns TLS on.",
            [](Settings& s, Text text) { return assign_text(text, s.server.tls_cert); }},
    Setting{"TLS_KEY", "HTTP server", "", "Path of the certificate's private key (PEM).",
            [](Settings& s, Text text) { return assign_text(text, s.server.tls_key); }},
    Setting{"ALLOWED_ORIGINS", "HTTP server", "",
            "Web origins that browsers may call from, comma-separated: https://app.example.com,http://localhost:3000.",
            [](Settings& s, Text text) { return assign_list(text, parse_origin, s.server.allowed_origins); }},
    Setting{"TRUSTED_PROXIES", "HTTP server", "",
            "Addresses and ranges whose X-Forwarded-For header is believed, comma-separated.",
            [](Settings& s, Text text) { return assign_list(text, parse_network, s.server.trusted_proxies); }},
};

constexpr std::array limits{
    Setting{"HEADER_BYTES_MAX", "Limits and timeouts", "16384", "Size of a request's header in bytes; above it: 431.",
            [](Settings& s, Text text) { return assign_number(text, {1024, 1 << 20}, s.server.header_bytes_max); }},
    Setting{"BODY_BYTES_MAX", "Limits and timeouts", "65536", "Size of a request's body in bytes; above it: 413.",
            [](Settings& s, Text text) { return assign_number(text, {1024, 16 << 20}, s.server.body_bytes_max); }},
    Setting{"HEADER_TIMEOUT", "Limits and timeouts", "10s", "Time a client has for a request's header.",
            [](Settings& s, Text text) { return assign_duration(text, timeout_range, s.server.header_timeout); }},
    Setting{"BODY_TIMEOUT", "Limits and timeouts", "20s", "Time a client has for a request's body.",
            [](Settings& s, Text text) { return assign_duration(text, timeout_range, s.server.body_timeout); }},
    Setting{"IDLE_TIMEOUT", "Limits and timeouts", "75s", "Time a connection may wait between requests.",
            [](Settings& s, Text text) { return assign_duration(text, timeout_range, s.server.idle_timeout); }},
    Setting{"WRITE_TIMEOUT", "Limits and timeouts", "30s", "Time a client has to take its answer.",
            [](Settings& s, Text text) { return assign_duration(text, timeout_range, s.server.write_timeout); }},
    Setting{"SHUTDOWN_TIMEOUT", "Limits and timeouts", "10s", "Time requests in flight have to finish after SIGTERM.",
            [](Settings& s, Text text) { return assign_duration(text, timeout_range, s.server.shutdown_timeout); }},
    Setting{"CONNECTIONS_MAX", "Limits and timeouts", "10000", "Connections open at once; more are refused.",
            [](Settings& s, Text text) { return assign_number(text, {1, 1'000'000}, s.server.connections_max); }},
    Setting{"PIPELINE_MAX", "Limits and timeouts", "32", "Pipelined requests of one connection answered by one write.",
            [](Settings& s, Text text) { return assign_number(text, {1, 1024}, s.server.pipeline_max); }},
};

constexpr std::array database_choice{
    Setting{"SQLITE_PATH", "Database", "data/gatehouse.db",
            "The embedded database's file, used where neither DATABASE_URL nor DB_HOST is set.",
            [](Settings& s, Text text) { return assign_text(text, s.database.sqlite.path); }},
    Setting{"SQLITE_READERS", "Database", "2", "Connections that read the SQLite database.",
            [](Settings& s, Text text) { return assign_number(text, {1, 64}, s.database.sqlite.readers); }},
    Setting{"DB_HOST", "Database", "",
            "PostgreSQL's host name, address or socket directory. Set, it makes PostgreSQL the database.",
            [](Settings& s, Text text) {
              s.database.kind = DatabaseKind::postgres;
              return assign_database_host(text, s.database.postgres.host);
            }},
    Setting{"DB_PORT", "Database", "5432", "PostgreSQL's port.",
            [](Settings& s, Text text) { return assign_number(text, port_range, s.database.postgres.port); }},
    Setting{"DB_NAME", "Database", "nodejs_app", "The database's name.",
            [](Settings& s, Text text) { return assign_text(text, s.database.postgres.name); }},
    Setting{"DB_USER", "Database", "postgres", "The database role.",
            [](Settings& s, Text text) { return assign_text(text, s.database.postgres.user); }},
    Setting{"DB_PASSWORD", "Database", "", "The role's password.",
            [](Settings& s, Text text) -> Parsed<void> {
              s.database.postgres.password = SecretString{text};
              return {};
            },
            true},
    Setting{"DB_SSL", "Database", "false",
            "TLS to PostgreSQL, with its certificate and host name verified (verify-full).",
            [](Settings& s, Text text) { return assign_boolean(text, s.database.postgres.ssl); }},
    Setting{"DB_SSL_CA", "Database", "", "Path of the authority's certificate (PEM); unset: the system's authorities.",
            [](Settings& s, Text text) { return assign_text(text, s.database.postgres.ssl_ca); }},
    Setting{"DATABASE_URL", "Database", "",
            "postgresql://user:password@host:port/name?sslmode=verify-full or sqlite:path; wins over the names above.",
            [](Settings& s, Text text) { return read_database_url(s.database, text); }, true},
};

constexpr std::array database_use{
    Setting{"DB_POOL_MIN", "Database", "2", "PostgreSQL connections kept open per process.",
            [](Settings& s, Text text) { return assign_number(text, {0, 1000}, s.database.postgres.pool_min); }},
    Setting{
        "DB_POOL_MAX", "Database", "10",
        "PostgreSQL connections open at most per process, two of them for the change feed; each io thread has one at "
        "least.",
        [](Settings& s, Text text) { return assign_number(text, {1, 1000}, s.database.postgres.pool_max); }},
    Setting{"DB_CONNECT_TIMEOUT", "Database", "30s", "Time a new PostgreSQL connection may take.",
            [](Settings& s, Text text) {
              return assign_duration(text, timeout_range, s.database.postgres.connect_timeout);
            }},
    Setting{"DB_IDLE_TIMEOUT", "Database", "30s", "After this long unused, connections above DB_POOL_MIN are closed.",
            [](Settings& s, Text text) {
              return assign_duration(text, {seconds{1}, days{1}}, s.database.postgres.idle_timeout);
            }},
    Setting{"DB_PREPARED_STATEMENTS", "Database", "true",
            "Behind a pooler, which is noticed, none are kept. false: take every session for shared.",
            [](Settings& s, Text text) { return assign_boolean(text, s.database.postgres.prepared_statements); }},
    Setting{"DB_LISTEN_HOST", "Database", "",
            "Where LISTEN works, if not at DB_HOST: the server itself when DB_HOST is a pooler.",
            [](Settings& s, Text text) { return assign_database_host(text, s.database.postgres.listen_host); }},
    Setting{"DB_LISTEN_PORT", "Database", "0", "The port that goes with DB_LISTEN_HOST; 0 means DB_PORT.",
            [](Settings& s, Text text) { return assign_number(text, {0, 65535}, s.database.postgres.listen_port); }},
    Setting{"DB_QUERY_TIMEOUT", "Database", "5s", "Deadline of each query; after it the request gets a 503.",
            [](Settings& s, Text text) { return assign_duration(text, timeout_range, s.database.query_timeout); }},
    Setting{"DB_QUEUE_MAX", "Database", "4096", "Queries waiting per io thread; more get a 503.",
            [](Settings& s, Text text) { return assign_number(text, {1, 1 << 20}, s.database.queue_max); }},
};

constexpr std::array sessions{
    Setting{"SESSION_TTL", "Sessions", "7d", "How long a session lives without being used.",
            [](Settings& s, Text text) { return assign_duration(text, lifetime_range, s.sessions.ttl); }},
    Setting{"SESSION_ABSOLUTE_TTL", "Sessions", "30d", "How long a session lives at most, however much it is used.",
            [](Settings& s, Text text) { return assign_duration(text, lifetime_range, s.sessions.absolute_ttl); }},
    Setting{"SESSION_CACHE_MB", "Sessions", "64", "Memory for the session cache in MiB; 0 switches the cache off.",
            [](Settings& s, Text text) -> Parsed<void> {
              const auto megabytes = parse_number(text, {0, 65536});
              if (!megabytes) return std::unexpected{megabytes.error()};
              s.sessions.cache_bytes = *megabytes << 20U;
              return {};
            }},
    Setting{"SESSION_CLEANUP_INTERVAL", "Sessions", "60s", "How often expired sessions are deleted.",
            [](Settings& s, Text text) {
              return assign_duration(text, {seconds{1}, days{1}}, s.sessions.cleanup_interval);
            }},
};

constexpr std::array tokens{
    Setting{"JWT_EXPIRES_IN", "Tokens", "1h", "How long a token is valid.",
            [](Settings& s, Text text) { return assign_duration(text, lifetime_range, s.tokens.ttl); }},
    Setting{"JWT_ISSUER", "Tokens", "gatehouse", "The iss claim that tokens carry and must carry.",
            [](Settings& s, Text text) { return assign_text(text, s.tokens.issuer); }},
    Setting{"JWT_AUDIENCE", "Tokens", "gatehouse", "The aud claim that tokens carry and must carry.",
            [](Settings& s, Text text) { return assign_text(text, s.tokens.audience); }},
};

constexpr std::array passwords{
    Setting{"PASSWORD_HASH", "Passwords and login", "argon2id",
            "argon2id or pbkdf2-sha512. Others are replaced at the next good login.",
            [](Settings& s, Text text) { return assign_choice(text, password_schemes, s.passwords.scheme); }},
    Setting{"HASH_THREADS", "Passwords and login", "0", "Threads that hash passwords; 0 means one per core.",
            [](Settings& s, Text text) { return assign_number(text, {0, 256}, s.passwords.hash_threads); }},
    Setting{"HASH_WAIT_MAX", "Passwords and login", "2s", "Logins that would wait longer for a hash get a 503.",
            [](Settings& s, Text text) {
              return assign_duration(text, {milliseconds{10}, minutes{1}}, s.passwords.hash_wait_max);
            }},
    Setting{"LOGIN_ERRORS", "Passwords and login", "uniform",
            "uniform answers an unknown email and a wrong password alike; detailed tells them apart, as Express did.",
            [](Settings& s, Text text) { return assign_choice(text, login_error_styles, s.login_errors); }},
};

constexpr std::size_t settings_count = application.size() + secrets.size() + server.size() + limits.size() +
                                       database_choice.size() + database_use.size() + sessions.size() + tokens.size() +
                                       passwords.size();

template <class... Groups>
constexpr std::array<Setting, settings_count> joined(const Groups&... groups) {
  std::array<Setting, settings_count> all{};
  auto next = all.begin();
  ((next = std::copy(groups.begin(), groups.end(), next)), ...);
  return all;
}

constexpr std::array all_settings =
    joined(application, secrets, server, limits, database_choice, database_use, sessions, tokens, passwords);

}  // namespace

std::span<const Setting> catalog() { return all_settings; }

const Setting* find_setting(std::string_view name) {
  const auto found = std::ranges::find(all_settings, name, &Setting::name);
  return found == all_settings.end() ? nullptr : &*found;
}

std::string_view default_text(const Setting& setting, Environment environment) {
  const bool differs = environment == Environment::production && !setting.production_default.empty();
  return differs ? setting.production_default : setting.default_text;
}

}  // namespace gatehouse::config
