#include "service/metrics_listener.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <string>

#include "api/routes.hpp"

namespace gatehouse::service {
namespace {

constexpr std::size_t metrics_route = [] {
  const auto& infos = api::Routes::infos;
  const auto is_it = [](const api::RouteInfo& route) { return route.pattern == "/metrics"; };
  return static_cast<std::size_t>(std::ranges::find_if(infos, is_it) - infos.begin());
}();

}  // namespace

MetricsListener::MetricsListener(boost::asio::io_context& io, SharedParts& shared)
    : io_(io),
      settings_(shared.settings.metrics),
      responder_(shared.metrics, metrics_route),
      server_(io, {.settings = shared.settings.server,
                   .clock = shared.clock,
                   .responder = responder_,
                   .proxies = shared.proxies,
                   .backends = shared.backends,
                   .random = shared.random,
                   .access_log = access_log_,
                   .traffic = shared.traffic.add_thread(),
                   .on_disbelief = [](std::string_view /*peer*/) {},
                   .counts = shared.metrics_connections,
                   .shares = shared.metrics_shares,
                   .connections_max = SharedParts::metrics_connections_max,
                   .tls = nullptr}) {}

void MetricsListener::listen() {
  try {
    http::require_free_address(io_, settings_.host, settings_.port);
    (void)server_.listen(settings_.host, settings_.port);
  } catch (const boost::system::system_error& failure) {
    throw std::runtime_error("cannot listen on METRICS_HOST " + settings_.host + ", METRICS_PORT " +
                             std::to_string(settings_.port) + ": " + failure.code().message());
  }
  server_.start();
}

}  // namespace gatehouse::service
