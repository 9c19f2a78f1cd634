#pragma once

#include <array>
#include <vector>

#include "api/metrics_page.hpp"
#include "api/route.hpp"

namespace gatehouse::api {

/// The metrics for whoever has an API key for them. One per io thread.
class MetricsRoutes {
 public:
  /// `sources` outlive the routes.
  explicit MetricsRoutes(const std::vector<metrics::Source>& sources) : sources_(sources) {}

  Task<> report(const http::Request& request, http::Answer& answer) { return send_metrics(sources_, request, answer); }

  static constexpr std::array routes{
      Route<MetricsRoutes>{{http::Method::get, "/metrics", "getMetrics", Access::scope(Scope::metrics)},
                           &MetricsRoutes::report},
  };

 private:
  const std::vector<metrics::Source>& sources_;
};

}  // namespace gatehouse::api
