#pragma once

#include "api/metrics_responder.hpp"
#include "http/server.hpp"
#include "service/wiring/shared_parts.hpp"

namespace gatehouse::service {

/// Serves the metrics on METRICS_HOST and METRICS_PORT, separately from the API but on one of its io threads.
/// Constructed and destroyed under the same rules as that thread's IoThread.
class MetricsListener {
 public:
  /// Both outlive it.
  MetricsListener(boost::asio::io_context& io, SharedParts& shared);

  /// To be called before the thread runs. Throws std::runtime_error if it cannot listen on the address.
  void listen();

 private:
  boost::asio::io_context& io_;
  const MetricsSettings& settings_;
  telemetry::AccessLog access_log_{nullptr};
  api::MetricsResponder responder_;
  http::Server server_;
};

}  // namespace gatehouse::service
