#pragma once

#include <vector>

#include "http/answer.hpp"
#include "http/request.hpp"
#include "metrics/page.hpp"

namespace gatehouse::api {

/// Answers a scrape with the metrics of all sources, one source after the other, so that no request waits for the whole
/// page to be written. Compressed if the scraper asks for it. The request, the answer and the sources outlive it.
[[nodiscard]] Task<> send_metrics(const std::vector<metrics::Source>& sources, const http::Request& request,
                                  http::Answer& answer);

}  // namespace gatehouse::api
