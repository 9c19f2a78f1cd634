#include "database/postgres/connect_options.hpp"

namespace gatehouse::database::postgres {

namespace {

// A peer that stopped answering is noticed within this, also while connecting: together with the longest pause between
// attempts it keeps the promise to be back within 5 s of the database's return.
constexpr const char* silence_ms_max = "2500";
constexpr const char* keepalive_idle_s = "10";
constexpr const char* keepalive_interval_s = "3";
constexpr const char* keepalive_probes = "3";
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

void add_tls(ConnectOptions& options, const PostgresSettings& settings) {
  if (!settings.ssl) {
    options.keywords.emplace_back("sslmode", "prefer");
    return;
  }
  options.keywords.emplace_back("sslmode", "verify-full");
  options.keywords.emplace_back("sslrootcert", settings.ssl_ca.empty() ? system_authorities : settings.ssl_ca);
  options.keywords.emplace_back("ssl_min_protocol_version", "TLSv1.2");
}

ConnectOptions make_options(const PostgresSettings& settings, const std::string& host, std::uint16_t port) {
  ConnectOptions options{host, {}, settings.password.clone(), settings.connect_timeout};
  options.keywords = {
      {"host", host},
      {"port", std::to_string(port)},
      {"dbname", settings.name},
      {"user", settings.user},
      {"application_name", "gatehouse"},
      {"client_encoding", "UTF8"},
      {"gssencmode", "disable"},
      {"keepalives", "1"},
      {"keepalives_idle", keepalive_idle_s},
      {"keepalives_interval", keepalive_interval_s},
      {"keepalives_count", keepalive_probes},
      {"tcp_user_timeout", silence_ms_max},
  };
  add_tls(options, settings);
  return options;
}

}  // namespace

ConnectOptions options_for_queries(const PostgresSettings& settings) {
  return make_options(settings, settings.host, settings.port);
}

ConnectOptions options_for_listening(const PostgresSettings& settings) {
  const auto& host = settings.listen_host.empty() ? settings.host : settings.listen_host;
  return make_options(settings, host, settings.listen_port == 0 ? settings.port : settings.listen_port);
}

}  // namespace gatehouse::database::postgres
