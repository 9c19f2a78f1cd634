#include "redis/redis_settings.hpp"

#include <algorithm>
#include <array>
#include <boost/url/pct_string_view.hpp>
#include <optional>
#include <utility>

#include "config/assign.hpp"
#include "config/checks.hpp"

namespace gatehouse::redis {
namespace {

using namespace config;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Text = std::string_view;

constexpr std::string_view redis_group = "Redis";
constexpr DurationRange redis_timeout_range{milliseconds{1}, seconds{10}};
constexpr NumberRange port_range{1, 65'535};
constexpr NumberRange database_range{0, 1'000'000};
constexpr std::uint16_t server_port = 6379;
constexpr std::uint16_t sentinel_port = 26379;

std::unexpected<Unreadable> not_a_redis_url(Text expectation) {
  return std::unexpected(Unreadable{std::string{expectation}});
}

/// Cuts the text before the separator off `rest`, with the separator, and returns it; all of `rest` if there is none.
Text cut_before(Text& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const Text taken = rest.substr(0, end);
  rest.remove_prefix(end == Text::npos ? rest.size() : end + 1);
  return taken;
}

/// Percent-decoded (RFC 3986 section 2.1); nothing if a % is not followed by two hex digits.
std::optional<std::string> decoded(Text text) {
  const auto encoded = boost::urls::make_pct_string_view(text);
  if (!encoded) return std::nullopt;
  return encoded->decode();
}

Parsed<void> read_login(RedisSettings& settings, Text text) {
  auto user = decoded(cut_before(text, ':'));
  auto password = decoded(text);
  if (!user || !password) return not_a_redis_url("correctly percent-encoded in its user or password");
  settings.user = *std::move(user);
  settings.password = SecretString{*password};
  wipe_memory(password->data(), password->size());
  if (!settings.user.empty() && settings.password.empty()) {
    return not_a_redis_url("a URL with a password after its user; without a user it is redis://:password@host");
  }
  return {};
}

std::optional<ServerAddress> parse_address(Text text, std::uint16_t default_port) {
  std::size_t host_bytes = text.find(':');
  if (text.starts_with('[')) host_bytes = text.find(']') + 1;  // 0 if there is none
  const Text host = text.substr(0, host_bytes);
  Text rest = text.substr(host.size());
  if (!is_host(host)) return std::nullopt;
  ServerAddress address{.host = std::string{host}, .port = default_port};
  if (host.starts_with('[')) address.host = host.substr(1, host.size() - 2);
  if (rest.empty()) return address;
  if (!cut_before(rest, ':').empty()) return std::nullopt;
  const auto port = parse_number(rest, port_range);
  if (!port) return std::nullopt;
  address.port = static_cast<std::uint16_t>(*port);
  return address;
}

Parsed<void> read_servers(RedisSettings& settings, Text text, std::uint16_t default_port) {
  const auto entries = split_list(text);
  if (entries.size() > sentinels_max) return not_a_redis_url("a URL of at most 16 Sentinels");
  std::vector<ServerAddress> servers;
  for (const Text entry : entries) {
    auto address = parse_address(to_lower(entry), default_port);
    if (!address) return not_a_redis_url("a URL with host:port after its user and password");
    servers.push_back(*std::move(address));
  }
  if (servers.empty()) return not_a_redis_url("a URL with a host");
  settings.servers = std::move(servers);
  return {};
}

Parsed<void> read_database(RedisSettings& settings, Text text) {
  if (text.empty()) return {};
  if (!assign_number(text, database_range, settings.database)) {
    return not_a_redis_url("a URL that ends with the number of a database");
  }
  return {};
}

/// What follows the scheme: `user:password@`, the servers, and the part after the first slash.
struct UrlParts {
  Text login;
  Text servers;
  Text path;
};

/// The last @ ends the login, because people write passwords that contain an @.
UrlParts parts_of(Text rest) {
  UrlParts parts;
  const std::size_t at = rest.rfind('@');
  if (at != Text::npos) {
    parts.login = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  parts.servers = cut_before(rest, '/');
  parts.path = rest;
  return parts;
}

Parsed<void> read_server_url(RedisSettings& settings, const UrlParts& parts) {
  if (parts.servers.contains(',')) return not_a_redis_url("a URL of one server; redis+sentinel:// takes several");
  if (auto servers = read_servers(settings, parts.servers, server_port); !servers) return servers;
  return read_database(settings, parts.path);
}

Parsed<void> read_sentinel_url(RedisSettings& settings, UrlParts parts) {
  const auto name = decoded(cut_before(parts.path, '/'));
  if (!name || name->empty()) {
    return not_a_redis_url("a URL that ends with the name by which Sentinel knows the servers");
  }
  settings.master = *name;
  if (auto servers = read_servers(settings, parts.servers, sentinel_port); !servers) return servers;
  return read_database(settings, parts.path);
}

/// Whether the URL begins with the scheme, which is then removed.
bool take_scheme(Text& url, Text scheme) {
  if (!url.starts_with(scheme)) return false;
  url.remove_prefix(scheme.size());
  return true;
}

constexpr auto redis_rows = std::to_array<SettingOf<RedisSettings>>({
    {{"REDIS_URL", redis_group, "",
      "redis://user:password@host:6379/0, rediss:// for TLS, or redis+sentinel://user:password@a:26379,b:26379/name: "
      "the Redis in which replicas share rate limits. Without it, or while Redis is down, each counts by itself.",
      Secrecy::secret},
     read_redis_url},
    {{"REDIS_TIMEOUT", redis_group, "50ms",
      "How long a request waits for Redis. Then this process counts by itself until Redis is quick enough again."},
     [](RedisSettings& s, Text text) { return assign_duration(text, redis_timeout_range, s.timeout); }},
    {{"REDIS_SESSION_CACHE", redis_group, "false",
      "Whether a session that this process does not remember is looked up in Redis before the database. For several "
      "replicas on PostgreSQL."},
     [](RedisSettings& s, Text text) { return assign_boolean(text, s.session_cache); }},
});

void check(const RedisSettings& settings, Checks& checks) {
  if (!settings.session_cache || settings.is_set()) return;
  checks.refuse({"REDIS_SESSION_CACHE", "is true, but there is no Redis", "set REDIS_URL, or remove it"});
}

}  // namespace

std::string to_text(const ServerAddress& address) {
  const std::string host = address.host.contains(':') ? '[' + address.host + ']' : address.host;
  return host + ':' + std::to_string(address.port);
}

std::string RedisSettings::name() const {
  std::string name;
  for (const ServerAddress& server : servers) name += (name.empty() ? "" : ", ") + to_text(server);
  return master.empty() ? name : master + " by Sentinel at " + name;
}

Parsed<void> read_redis_url(RedisSettings& settings, std::string_view url) {
  const bool is_sentinel = take_scheme(url, "redis+sentinel://");
  settings.tls = !is_sentinel && take_scheme(url, "rediss://");
  if (!is_sentinel && !settings.tls && !take_scheme(url, "redis://")) {
    return not_a_redis_url("a redis://, rediss:// or redis+sentinel:// URL");
  }
  const UrlParts parts = parts_of(url);
  if (auto login = read_login(settings, parts.login); !login) return login;
  return is_sentinel ? read_sentinel_url(settings, parts) : read_server_url(settings, parts);
}

Section<RedisSettings> redis_section() { return {.rows = redis_rows, .check = check}; }

}  // namespace gatehouse::redis
