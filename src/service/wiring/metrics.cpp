#include "service/wiring/metrics.hpp"

namespace gatehouse::service {
namespace {

using metrics::Page;

void write_connections(Page& page, const SharedParts& shared) {
  page.gauge("gatehouse_http_connections", "Connections of clients that are open.",
             shared.connections.served.load(std::memory_order_relaxed));
}

void write_database(Page& page, const SharedParts& shared, const database::Provider& provider) {
  provider.load().write(page);
  write_standbys(page, provider.standbys());
  page.gauge("gatehouse_database_up", "Whether the database took a write when it was last asked, at most 2 s ago.",
             shared.health.last() == api::Finding::healthy ? 1 : 0);
  page.gauge("gatehouse_change_feed_up", "Whether changes by other processes are proven to arrive here.",
             shared.feed_proof.is_good() ? 1 : 0);
}

/// Writes nothing if no Redis is set.
void write_redis(Page& page, const SharedParts& shared) {
  if (!shared.settings.redis.is_set()) return;
  page.gauge("gatehouse_limits_redis_up", "Whether limits are shared: all event loops reach Redis.",
             shared.redis_reach.is_up() ? 1 : 0);
  if (shared.settings.database.change_feed != database::ChangeFeedKind::redis) return;
  page.gauge("gatehouse_change_feed_redis_up", "Whether Redis tells the change feed of changes at once.",
             shared.ring_reach.is_up() ? 1 : 0);
}

/// Writes nothing if replicas share no sessions.
void write_sharing(Page& page, const SharedParts& shared) {
  if (!shared.settings.redis.session_cache) return;
  const sessions::SharingCounts& counts = shared.capabilities.sharing_counts;
  const auto now = [](const std::atomic<std::uint64_t>& number) { return number.load(std::memory_order_relaxed); };
  page.gauge("gatehouse_shared_sessions_up", "Whether this process uses the sessions that replicas share in Redis.",
             shared.capabilities.epoch.is_member() ? 1 : 0);
  page.counter("gatehouse_shared_sessions_hits_total", "Sessions found in Redis.", now(counts.hits));
  page.counter("gatehouse_shared_sessions_misses_total", "Sessions that Redis does not have.", now(counts.misses));
  page.counter("gatehouse_shared_sessions_refused_total", "Answers from Redis that were rejected.",
               now(counts.refused));
  page.counter("gatehouse_shared_sessions_unanswered_total", "Lookups that Redis did not answer in time.",
               now(counts.unanswered));
  page.counter("gatehouse_shared_sessions_fills_total", "Sessions sent to Redis.", now(counts.fills));
  page.counter("gatehouse_shared_sessions_epochs_total", "Times this process began with an empty store.",
               shared.capabilities.epoch.begun_epochs());
}

void write_flows(Page& page, const SharedParts& shared) {
  using http::Method;
  const auto limited = shared.traffic.answered(Method::post, "/user-auth", http::Status::too_many_requests);
  shared.capabilities.flow_counts.write(page, limited);
}

}  // namespace

std::vector<metrics::Source> make_metrics(SharedParts& shared, const database::Provider& provider, const Build& build) {
  const SharedCapabilities& capabilities = shared.capabilities;
  const TimePoint started = shared.clock.now();
  return {
      [build](Page& page) { write_build(page, build); },
      [started](Page& page) { write_process(page, started); },
      [&shared](Page& page) { write_connections(page, shared); },
      [&shared](Page& page) { shared.traffic.write(page); },
      [&shared, &provider](Page& page) { write_database(page, shared, provider); },
      [&shared](Page& page) { shared.call_times.write(page); },
      [&shared](Page& page) { shared.revocation_times.write(page); },
      [&shared](Page& page) { shared.revocation_feed.write(page); },
      [&capabilities](Page& page) { capabilities.passwords.write(page); },
      [&capabilities](Page& page) { capabilities.cache.write(page); },
      [&capabilities](Page& page) { capabilities.key_cache.write(page); },
      [&capabilities](Page& page) { capabilities.limits.write(page); },
      [&shared](Page& page) { shared.limiter.write(page); },
      [&shared](Page& page) { write_redis(page, shared); },
      [&shared](Page& page) { write_sharing(page, shared); },
      [&shared](Page& page) { write_flows(page, shared); },
      [&capabilities](Page& page) { capabilities.repetition_counts.write(page); },
      [&shared](Page& page) { shared.mail_counts.write(page); },
      [&shared](Page& page) { shared.event_counts.write(page); },
      [&shared](Page& page) { shared.seal_figures.write(page, shared.clock.now()); },
      [&shared](Page& page) { shared.figures.write(page, shared.clock.now()); },
  };
}

}  // namespace gatehouse::service
