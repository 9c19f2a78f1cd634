#include "http/server_settings.hpp"

#include <arpa/inet.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>

#include "config/assign.hpp"
#include "config/checks.hpp"
#include "crypto/certificate.hpp"

namespace gatehouse::http {
namespace {

namespace ip = boost::asio::ip;
using namespace config;
using std::chrono::milliseconds;
using std::chrono::minutes;
using Text = std::string_view;

constexpr std::string_view listening = "HTTP server";
constexpr std::string_view limits = "Limits and timeouts";
constexpr DurationRange timeout_range{milliseconds{100}, minutes{10}};
constexpr DurationRange lifetime_range{milliseconds{1000}, std::chrono::hours{24}};
constexpr DurationRange delay_range{milliseconds{0}, minutes{10}};

constexpr std::string_view private_addresses = "private";
constexpr std::array private_ranges{"127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};

constexpr std::array server_timings{Choice<ServerTiming>{"off", ServerTiming::off},
                                    Choice<ServerTiming>{"on-request", ServerTiming::on_request},
                                    Choice<ServerTiming>{"always", ServerTiming::always}};

Parsed<std::string> parse_backend(Text text) {
  if (to_lower(text) == private_addresses) return std::string{private_addresses};
  return parse_network(text);
}

Parsed<void> assign_port(Text text, std::optional<std::uint16_t>& port) {
  if (to_lower(text) == "off") {
    port.reset();
    return {};
  }
  const auto number = parse_number(text, {0, 65535});
  if (!number) return std::unexpected(Unreadable{"a number from 0 to 65535, or off"});
  port = static_cast<std::uint16_t>(*number);
  return {};
}

Parsed<void> assign_socket_path(Text text, std::string& path) {
  const bool is_path = text.starts_with('/') && !text.ends_with('/') && text.size() <= unix_path_bytes_max;
  if (is_path) return assign_text(text, path);
  return std::unexpected(
      Unreadable{"the absolute path of a socket, at most " + std::to_string(unix_path_bytes_max) + " bytes long"});
}

Parsed<void> assign_file_mode(Text text, std::uint32_t& mode) {
  constexpr std::uint32_t mode_max = 0777;
  constexpr std::size_t digits_max = 4;
  std::uint32_t read = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read, 8);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  const bool is_mode = is_number && read <= mode_max && text.size() <= digits_max;
  if (!is_mode) return std::unexpected(Unreadable{"a file mode in octal, 0600 for example"});
  mode = read;
  return {};
}

/// The number of digits of the largest prefix length; Asio reads any number of them.
constexpr std::size_t prefix_digits_max = 3;

constexpr auto server_rows = std::to_array<SettingOf<ServerSettings>>({
    {{"HOST", listening, "127.0.0.1", "The address to listen on; in production the default is 0.0.0.0, every address.",
      Secrecy::open, "0.0.0.0"},
     [](ServerSettings& s, Text text) { return assign_text(text, s.host); }},
    {{"PORT", listening, "8000", "The port to listen on; 0 picks a free one; off means none and needs LISTEN_UNIX."},
     [](ServerSettings& s, Text text) { return assign_port(text, s.port); }},
    {{"LISTEN_UNIX", listening, "",
      "Absolute path, of at most 107 bytes, of a Unix socket to listen on as well. Its folder must exist. Whoever can "
      "connect to it is trusted like one of TRUSTED_PROXIES."},
     [](ServerSettings& s, Text text) { return assign_socket_path(text, s.unix_socket.path); }},
    {{"LISTEN_UNIX_MODE", listening, "0660",
      "Who may connect to LISTEN_UNIX: its file mode, in octal. Write permission is what counts."},
     [](ServerSettings& s, Text text) { return assign_file_mode(text, s.unix_socket.mode); }},
    {{"LISTEN_UNIX_GROUP", listening, "",
      "The group that owns LISTEN_UNIX; the service's user must be in it. By default it is the user's own."},
     [](ServerSettings& s, Text text) { return assign_text(text, s.unix_socket.group); }},
    {{"IO_THREADS", listening, "0", "Threads that serve connections; 0 means one per core."},
     [](ServerSettings& s, Text text) { return assign_number(text, {0, 256}, s.io_threads); }},
    {{"TLS_CERT", listening, "", "Path of the certificate chain (PEM). Together with TLS_KEY it turns TLS on."},
     [](ServerSettings& s, Text text) { return assign_text(text, s.tls_cert); }},
    {{"TLS_KEY", listening, "", "Path of the certificate's private key (PEM)."},
     [](ServerSettings& s, Text text) { return assign_text(text, s.tls_key); }},
    {{"REQUIRE_HTTPS", listening, "false",
      "true refuses plain HTTP, except from this machine, for /health, and from TRUSTED_PROXIES that send "
      "X-Forwarded-Proto: https.",
      Secrecy::open, "true"},
     [](ServerSettings& s, Text text) { return assign_boolean(text, s.require_https); }},
    {{"TRUSTED_PROXIES", listening, "",
      "Addresses and ranges whose X-Forwarded-For header is trusted, comma-separated."},
     [](ServerSettings& s, Text text) { return assign_list(text, parse_network, s.trusted_proxies); }},
    {{"TRUSTED_BACKENDS", listening, "private",
      "Addresses and ranges of applications that call on behalf of many users; CONNECTIONS_PER_ADDRESS_MAX does not "
      "limit them; private means loopback, RFC 1918 and fc00::/7."},
     [](ServerSettings& s, Text text) { return assign_list(text, parse_backend, s.trusted_backends); }},

    {{"HEADER_BYTES_MAX", limits, "16384", "Largest request header in bytes; a larger one gets a 431."},
     [](ServerSettings& s, Text text) { return assign_number(text, {1024, 1 << 20}, s.header_bytes_max); }},
    {{"BODY_BYTES_MAX", limits, "65536", "Largest request body in bytes; a larger one gets a 413."},
     [](ServerSettings& s, Text text) { return assign_number(text, {1024, 16 << 20}, s.body_bytes_max); }},
    {{"HEADER_TIMEOUT", limits, "10s",
      "Time a client has to send a request's header, and to begin its first request after connecting."},
     [](ServerSettings& s, Text text) { return assign_duration(text, timeout_range, s.header_timeout); }},
    {{"BODY_TIMEOUT", limits, "20s", "Time a client has to send a request's body."},
     [](ServerSettings& s, Text text) { return assign_duration(text, timeout_range, s.body_timeout); }},
    {{"IDLE_TIMEOUT", limits, "75s", "Time a connection may stay open between requests."},
     [](ServerSettings& s, Text text) { return assign_duration(text, timeout_range, s.idle_timeout); }},
    {{"KEEPALIVE_MAX", limits, "1h",
      "Age at which a connection's next answer says Connection: close, so that clients spread over new replicas."},
     [](ServerSettings& s, Text text) { return assign_duration(text, lifetime_range, s.keepalive_max); }},
    {{"WRITE_TIMEOUT", limits, "30s", "Time a client has to receive its answer."},
     [](ServerSettings& s, Text text) { return assign_duration(text, timeout_range, s.write_timeout); }},
    {{"SHUTDOWN_DELAY", limits, "0s",
      "Time after SIGTERM in which /health/ready answers 503 and new requests are still served, so that load balancers "
      "can stop sending requests first."},
     [](ServerSettings& s, Text text) { return assign_duration(text, delay_range, s.shutdown_delay); }},
    {{"SHUTDOWN_TIMEOUT", limits, "10s",
      "Time that requests in flight have to finish after SIGTERM and SHUTDOWN_DELAY."},
     [](ServerSettings& s, Text text) { return assign_duration(text, timeout_range, s.shutdown_timeout); }},
    {{"CONNECTIONS_MAX", limits, "10000",
      "Connections open at once; beyond that, idle ones are closed, and if none is idle, new ones are refused."},
     [](ServerSettings& s, Text text) { return assign_number(text, {1, 1'000'000}, s.connections_max); }},
    {{"CONNECTIONS_PER_ADDRESS_MAX", limits, "1000",
      "How many of these one IPv4 address or one IPv6 /64 may have. TRUSTED_PROXIES and TRUSTED_BACKENDS are not "
      "limited."},
     [](ServerSettings& s, Text text) { return assign_number(text, {1, 1'000'000}, s.connections_per_address_max); }},
    {{"SERVER_TIMING", listening, "on-request",
      "off, on-request or always: when answers have a Server-Timing field, which says how long they took in the "
      "program, the database, hashing and its queue. on-request: if the request has X-Server-Timing: 1 and a key with "
      "the scope metrics."},
     [](ServerSettings& s, Text text) { return assign_choice(text, server_timings, s.server_timing); }},
    {{"PIPELINE_MAX", limits, "32", "Pipelined requests of a connection that one write answers."},
     [](ServerSettings& s, Text text) { return assign_number(text, {1, 1024}, s.pipeline_max); }},
});

void check_certificate(const ServerSettings& settings, Checks& checks) {
  if (settings.tls_cert.empty() || settings.tls_key.empty()) return;
  const auto chain = read_pem_file(settings.tls_cert);
  const auto key = read_pem_file(settings.tls_key);
  if (!chain || !key) return;  // require_readable() reports it
  switch (crypto::fault_of(*chain, *key)) {
    case crypto::CertificateFault::none:
      return;
    case crypto::CertificateFault::certificate_unreadable:
      return checks.refuse({"TLS_CERT", "names a file without a certificate in PEM form", "check the path"});
    case crypto::CertificateFault::key_unreadable:
      return checks.refuse({"TLS_KEY", "names a file without a readable private key in PEM form",
                            "check the path; a key with a passphrase must be decrypted first"});
    case crypto::CertificateFault::key_of_another:
      return checks.refuse({"TLS_KEY", "is not the key of the certificate in TLS_CERT", "check both paths"});
  }
}

/// A proxy that terminates TLS should be named in TRUSTED_PROXIES: for the clients' addresses, and so that its
/// X-Forwarded-Proto is believed.
void advise(const ServerSettings& settings, Checks& checks) {
  if (checks.environment() != Environment::production || !settings.tls_cert.empty() || !settings.port) return;
  if (!settings.require_https) {
    checks.advise({"REQUIRE_HTTPS", "is false, without TLS: others may read keys and passwords in transit",
                   "set it to true, unless the network itself is encrypted"});
  }
  const bool is_everywhere = settings.host == "0.0.0.0" || settings.host == "::";
  if (!is_everywhere || !settings.trusted_proxies.empty()) return;
  checks.advise({"HOST",
                 "listens on every address without TLS: other machines are refused, or their traffic can be read",
                 "set TLS_CERT and TLS_KEY, or TRUSTED_PROXIES if a proxy in front terminates TLS"});
}

void check(const ServerSettings& settings, Checks& checks) {
  if (!settings.tls_cert.empty() && settings.tls_key.empty()) {
    checks.refuse({"TLS_CERT", "is set without TLS_KEY", "set both or neither"});
  }
  if (settings.tls_cert.empty() && !settings.tls_key.empty()) {
    checks.refuse({"TLS_KEY", "is set without TLS_CERT", "set both or neither"});
  }
  if (!settings.port && !settings.unix_socket.is_set()) {
    checks.refuse({"PORT", "is off, and LISTEN_UNIX is not set: nobody could connect", "set one of them"});
  }
  if (!is_listening_address(settings.host)) {
    checks.refuse({"HOST", "must be an IP address or localhost", "0.0.0.0 and :: listen on every interface"});
  }
  checks.require_readable("TLS_CERT", settings.tls_cert);
  checks.require_readable("TLS_KEY", settings.tls_key);
  check_certificate(settings, checks);
  advise(settings, checks);
}

}  // namespace

Section<ServerSettings> server_section() { return {.rows = server_rows, .check = check}; }

bool is_listening_address(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  return host == "localhost" || inet_pton(AF_INET, host.c_str(), &v4) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

Parsed<std::string> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const bool has_prefix = slash != std::string_view::npos;
  boost::system::error_code v4;
  boost::system::error_code v6;
  if (has_prefix) {
    std::ignore = ip::make_network_v4(text, v4);
    std::ignore = ip::make_network_v6(text, v6);
  } else {
    std::ignore = ip::make_address_v4(text, v4);
    std::ignore = ip::make_address_v6(text, v6);
  }
  const bool is_bounded = !has_prefix || text.size() - slash - 1 <= prefix_digits_max;
  const bool has_zone = text.find('%') != std::string_view::npos;
  if ((!v4 || !v6) && is_bounded && !has_zone) return std::string{text};
  return std::unexpected(Unreadable{"an IP address or range (write 10.0.0.7, 10.0.0.0/8 or fd00::/8)"});
}

std::vector<std::string> trusted_backend_ranges(const ServerSettings& settings) {
  std::vector<std::string> ranges;
  for (const std::string& one : settings.trusted_backends) {
    if (one == private_addresses) {
      ranges.insert(ranges.end(), private_ranges.begin(), private_ranges.end());
    } else {
      ranges.push_back(one);
    }
  }
  return ranges;
}

}  // namespace gatehouse::http
