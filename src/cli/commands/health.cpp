#include "cli/commands/health.hpp"

#include <CLI/App.hpp>
#include <boost/url/parse.hpp>
#include <chrono>
#include <expected>
#include <optional>
#include <ostream>
#include <string>

#include "http/single_request.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

using http::ServerAddress;

constexpr std::chrono::milliseconds patience{3'000};

/// Arguments of `health`.
struct HealthOptions {
  bool asks_readiness = false;
  std::string url;
};

void define(CLI::App& command, HealthOptions& options) {
  command.add_flag("--ready", options.asks_readiness, "Ask whether it is ready for requests, not whether it is alive");
  command
      .add_option("--url", options.url,
                  "Where it listens: http://127.0.0.1:8000 or unix:/run/gatehouse/gatehouse.sock; by default taken "
                  "from HOST, PORT, TLS_CERT and LISTEN_UNIX")
      ->type_name("URL");
}

constexpr std::string_view unix_scheme = "unix:";

/// Whether there is a port that is known before the service listens.
bool has_fixed_port(const http::ServerSettings& server) { return server.port.value_or(0) != 0; }

/// Where a service with these settings is reached from its own machine: on its port or, if that is not fixed, on its
/// Unix socket. Its certificate is issued for the name by which others know it, so it is not checked.
ServerAddress own_address(const http::ServerSettings& server) {
  if (!has_fixed_port(server)) return {.unix_path = server.unix_socket.path};
  std::string host = server.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  return {.uses_tls = !server.tls_cert.empty(),
          .host = std::move(host),
          .port = *server.port,
          .trust = ServerAddress::Trust::anybody};
}

/// std::nullopt if it is not `http://host`, `https://host`, one of these with a port, or `unix:/path`.
std::optional<ServerAddress> parse_url(const std::string& text) {
  if (text.starts_with(unix_scheme)) {
    const std::string path = text.substr(unix_scheme.size());
    if (!path.starts_with('/') || path.size() > http::unix_path_bytes_max) return std::nullopt;
    return ServerAddress{.unix_path = path};
  }
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->host().empty()) return std::nullopt;
  if (url->has_userinfo() || url->has_query() || url->has_fragment()) return std::nullopt;
  const bool uses_tls = url->scheme_id() == boost::urls::scheme::https;
  if (!uses_tls && url->scheme_id() != boost::urls::scheme::http) return std::nullopt;
  if (!url->encoded_path().empty() && url->encoded_path() != "/") return std::nullopt;
  const bool has_port = url->has_port() && !url->port().empty();
  if (has_port && url->port_number() == 0) return std::nullopt;
  const std::uint16_t port = has_port ? url->port_number() : uses_tls ? 443 : 80;
  return ServerAddress{.uses_tls = uses_tls, .host = std::string{url->host_address()}, .port = port};
}

std::expected<ServerAddress, std::string> address_of(const Program& program, const HealthOptions& options,
                                                     const config::Sources& sources) {
  if (!options.url.empty()) {
    if (const auto address = parse_url(options.url)) return *address;
    return std::unexpected("--url takes http://HOST:PORT or https://HOST:PORT, without a path, or unix:/PATH");
  }
  // Mistakes in other settings are for the service to report.
  const service::Loaded loaded = service::read_settings(sources, program.random);
  const http::ServerSettings& server = loaded.settings.server;
  if (has_fixed_port(server) || server.unix_socket.is_set()) return own_address(server);
  return std::unexpected("PORT is 0, which means any free port: name the one in use with --url");
}

std::string name_of(const ServerAddress& address) {
  if (!address.unix_path.empty()) return std::string{unix_scheme} + address.unix_path;
  return address.host + ", port " + std::to_string(address.port);
}

int ask_health(const Program& program, const HealthOptions& options, const config::Sources& sources) {
  const auto address = address_of(program, options, sources);
  if (!address) {
    program.err << address.error() << '\n';
    return exit_failure;
  }
  const auto answer = http::fetch(*address, options.asks_readiness ? "/health/ready" : "/health/live", patience);
  if (!answer) {
    program.err << name_of(*address) << ": " << answer.error() << '\n';
    return exit_failure;
  }
  const bool is_good = answer->status == http::Status::ok;
  (is_good ? program.out : program.err) << answer->body << '\n';
  return is_good ? exit_success : exit_failure;
}

}  // namespace

void add_health_command(Commands& commands) {
  commands.add("health", "Ask the running service whether it is alive; exit with 0 if so, else with 1", define,
               ask_health);
}

}  // namespace gatehouse::cli
