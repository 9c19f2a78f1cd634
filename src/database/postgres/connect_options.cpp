#include "database/postgres/connect_options.hpp"

namespace gatehouse::database::postgres {

namespace {

// A peer that stops answering is noticed within this time, also while connecting. Together with the longest pause
// between attempts, this keeps the promise to be back within 5 s of the database's return.
constexpr const char* silence_ms_max = "2500";
constexpr const char* keepalive_idle_s = "10";
constexpr const char* keepalive_interval_s = "3";
constexpr const char* keepalive_probes = "3";
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";
// A path below something that is no directory never exists, and needs no permission to be looked up: libpq goes on
// without the file.
constexpr const char* no_file = "/dev/null/none";

void add_files(ConnectOptions& options, const PostgresSettings& settings) {
  options.keywords.emplace_back("sslcert", settings.ssl_cert.empty() ? no_file : settings.ssl_cert);
  options.keywords.emplace_back("sslkey", settings.ssl_key.empty() ? no_file : settings.ssl_key);
  options.keywords.emplace_back("sslcrl", no_file);
  options.keywords.emplace_back("passfile", no_file);
}

void add_tls(ConnectOptions& options, const PostgresSettings& settings) {
  if (!settings.ssl) {
    options.keywords.emplace_back("sslmode", "prefer");
    options.keywords.emplace_back("sslrootcert", no_file);
    return;
  }
  options.keywords.emplace_back("sslmode", "verify-full");
  options.keywords.emplace_back("sslrootcert", settings.ssl_ca.empty() ? system_authorities : settings.ssl_ca);
  options.keywords.emplace_back("ssl_min_protocol_version", "TLSv1.2");
}

ConnectOptions make_options(const PostgresSettings& settings) {
  ConnectOptions options{servers_of(settings), {}, settings.password.clone(), settings.connect_timeout};
  options.keywords = {
      {"dbname", settings.name},
      {"user", settings.user},
      {"application_name", settings.application_name},
      {"options", settings.options},
      {"target_session_attrs", settings.target_session_attrs},
      {"channel_binding", settings.channel_binding},
      {"client_encoding", "UTF8"},
      {"gssencmode", "disable"},
      {"keepalives", "1"},
      {"keepalives_idle", keepalive_idle_s},
      {"keepalives_interval", keepalive_interval_s},
      {"keepalives_count", keepalive_probes},
      {"tcp_user_timeout", silence_ms_max},
  };
  add_tls(options, settings);
  add_files(options, settings);
  return options;
}

}  // namespace

ConnectOptions options_for_queries(const PostgresSettings& settings) { return make_options(settings); }

ConnectOptions options_for_listening(const PostgresSettings& settings) {
  ConnectOptions options = make_options(settings);
  if (settings.listen_host.empty() && settings.listen_port == 0) return options;
  PostgresSettings listening;
  listening.host = settings.listen_host.empty() ? settings.host : settings.listen_host;
  listening.port = settings.listen_port == 0 ? settings.port : settings.listen_port;
  options.servers = servers_of(listening);
  return options;
}

}  // namespace gatehouse::database::postgres
