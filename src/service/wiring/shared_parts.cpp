#include "service/wiring/shared_parts.hpp"

#include <utility>

#include "api/routes.hpp"
#include "http/tls.hpp"

namespace gatehouse::service {

namespace {

/// Each proxy and back end speaks for many clients.
http::AddressRanges unbounded_addresses(const http::ServerSettings& server) {
  std::vector<std::string> ranges = http::trusted_backend_ranges(server);
  ranges.insert(ranges.end(), server.trusted_proxies.begin(), server.trusted_proxies.end());
  return http::AddressRanges{ranges};
}

/// By the route's number.
std::vector<std::string_view> patterns_of_routes() {
  std::vector<std::string_view> patterns;
  patterns.reserve(api::Routes::infos.size());
  for (const api::RouteInfo& route : api::Routes::infos) patterns.push_back(route.pattern);
  return patterns;
}

}  // namespace

SharedParts::SharedParts(const Settings& all_settings, const Clock& wall_clock, crypto::Random& randomness,
                         std::string_view openapi_text, HealthSource of_health, const passwords::CostParameters& costs)
    : settings(all_settings),
      clock(wall_clock),
      random(randomness),
      openapi(openapi_text),
      cors(settings.api.allowed_origins),
      proxies(settings.server.trusted_proxies),
      backends(http::trusted_backend_ranges(settings.server)),
      capabilities(settings, clock, random, costs),
      limiter(capabilities.limits, settings.limits.ipv6_prefix, coarse_instant),
      places(raise_descriptor_limit(
          {.connections = settings.server.connections_max, .feed_readers = settings.revocations.readers_max})),
      shares(settings.server.connections_per_address_max, unbounded_addresses(settings.server)),
      traffic(patterns_of_routes()),
      health({.clock = clock,
              .schema_ready = lifecycle.schema_ready,
              .newest_migration = std::move(of_health.newest_migration),
              .patience = settings.database.query_timeout,
              .on_change = std::move(of_health.on_change)}),
      readiness(
          {.lifecycle = lifecycle, .health = health, .feed = feed_proof, .needs_feed = settings.api.ready_needs_feed}) {
  tls = make_tls(settings.server);
}

std::shared_ptr<boost::asio::ssl::context> make_tls(const http::ServerSettings& server) {
  if (server.tls_cert.empty()) return nullptr;
  return std::make_shared<boost::asio::ssl::context>(http::make_tls_context(server.tls_cert, server.tls_key));
}

}  // namespace gatehouse::service
