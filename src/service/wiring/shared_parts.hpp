#pragma once

#include <atomic>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/access/cors.hpp"
#include "api/access/rate_limiter.hpp"
#include "api/health.hpp"
#include "api/lifecycle.hpp"
#include "api/readiness.hpp"
#include "audit/event_counts.hpp"
#include "audit/seal_figures.hpp"
#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/call_times.hpp"
#include "database/feed_proof.hpp"
#include "http/connection.hpp"
#include "http/traffic.hpp"
#include "http/trusted_proxies.hpp"
#include "jobs/database_figures.hpp"
#include "mail/mail_counts.hpp"
#include "redis/reach.hpp"
#include "revocations/revocation_feed.hpp"
#include "runtime/pulse.hpp"
#include "service/descriptor_limit.hpp"
#include "service/settings.hpp"
#include "service/wiring/capabilities.hpp"
#include "sessions/revocation_times.hpp"

namespace gatehouse::service {

/// What the service's health is judged by, and who is told of it; see api::Health.
struct HealthSource {
  std::string newest_migration;
  api::Health::ChangeSink on_change = {};
};

/// What the io threads of a serving process share: immutable, or safe from any thread.
struct SharedParts {
  /// Everything outlives the parts; `costs` are for tests. Throws std::invalid_argument or std::runtime_error, with the
  /// name of the setting, if a key, certificate or address range cannot be used.
  SharedParts(const Settings& settings, const Clock& clock, crypto::Random& random, std::string_view openapi_text,
              HealthSource of_health, const passwords::CostParameters& costs = {});

  const Settings& settings;
  const Clock& clock;
  crypto::Random& random;
  const std::string_view openapi;

  /// The time between two beats of an event loop, and how many it may miss before it counts as stuck: five seconds'
  /// worth.
  static constexpr std::chrono::milliseconds beat_interval{100};
  static constexpr std::uint32_t missed_beats_max = 50;
  /// Connections on METRICS_PORT. A scraper needs one; nobody else should connect.
  static constexpr std::uint32_t metrics_connections_max = 64;

  const api::Cors cors;
  const http::TrustedProxies proxies;
  const http::AddressRanges backends;
  SharedCapabilities capabilities;
  const api::RateLimiter limiter;
  std::shared_ptr<boost::asio::ssl::context> tls;  ///< of the start; null: plain HTTP

  const ClientPlaces places;  ///< CONNECTIONS_MAX and FEED_READERS_MAX, or what the system's limit of open files leaves
  revocations::RevocationFeed revocation_feed{places.feed_readers};
  std::atomic<bool> told_of_disbelief = false;  ///< whether X-Forwarded-For from an untrusted peer was logged
  http::ConnectionCounts connections;
  http::AddressShares shares;
  http::ConnectionCounts metrics_connections;  ///< of METRICS_PORT
  http::AddressShares metrics_shares{metrics_connections_max, http::AddressRanges{{}}};
  http::Traffic traffic;
  api::Lifecycle lifecycle;  ///< until the schema is ready only open routes are answered
  runtime::Pulse pulse{missed_beats_max};
  database::FeedProof feed_proof{capabilities.boot_clock};
  redis::Reach redis_reach;
  redis::Reach ring_reach;  ///< for the change feed's messages
  api::Health health;
  const api::Readiness readiness;

  database::CallTimes call_times;
  sessions::RevocationTimes revocation_times{clock};
  mail::MailCounts mail_counts;
  audit::EventCounts event_counts;
  audit::SealFigures seal_figures;
  jobs::DatabaseFigures figures;
  std::vector<metrics::Source> metrics;  ///< filled while the process is constructed
};

/// From TLS_CERT and TLS_KEY; null if they are not set. Throws std::runtime_error, which names the file that cannot be
/// used.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_tls(const http::ServerSettings& server);

}  // namespace gatehouse::service
