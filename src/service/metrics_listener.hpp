#pragma once

#include "api/metrics_responder.hpp"
#include "http/server.hpp"
#include "service/wiring/shared_parts.hpp"

namespace gatehouse::service {

/// Serves the metrics on METRICS_HOST and METRICS_PORT, beside the API and on one of its io threads. Constructed and
/// destroyed as that thread's IoThread is.
class MetricsListener {
 public:
  /// Both outlive it.
  MetricsListener(boost::asio::io_context& io, SharedParts& shared);

  /// Before the thread runs. Throws std::runtime_error where the address cannot be had.
  void listen();

 private:
  boost::asio::io_context& io_;
  const MetricsSettings& settings_;
  telemetry::AccessLog access_log_{nullptr};
  api::MetricsResponder responder_;
  http::Server server_;
};

}  // namespace gatehouse::service
