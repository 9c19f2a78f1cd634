#pragma once

#include <vector>

#include "http/responder.hpp"
#include "metrics/page.hpp"

namespace gatehouse::api {

/// Answers on an address that serves only the metrics, without an API key.
class MetricsResponder final : public http::Responder {
 public:
  /// `sources` outlive the responder; `route` is the number of GET /metrics, by which scrapes are counted.
  MetricsResponder(const std::vector<metrics::Source>& sources, std::size_t route) : sources_(sources), route_(route) {}

  [[nodiscard]] http::Admission admit(http::Request& request, http::Answer& answer) override;
  [[nodiscard]] bool begin(http::Request& request, http::Answer& answer) override;
  [[nodiscard]] Task<> finish(http::Request& request, http::Answer& answer) override;
  void refuse_unreadable(http::Status status, const http::Request& request, http::Answer& answer) override;
  void turn_away(const http::Request& request, http::Answer& answer) override;

 private:
  const std::vector<metrics::Source>& sources_;
  const std::size_t route_;
};

}  // namespace gatehouse::api
