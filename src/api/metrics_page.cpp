#include "api/metrics_page.hpp"

#include <optional>
#include <string>
#include <utility>

#include "http/accept.hpp"
#include "http/gzip.hpp"

namespace gatehouse::api {
namespace {

std::string text_of(const metrics::Source& source) {
  metrics::Page page;
  source(page);
  return std::move(page).text();
}

}  // namespace

Task<> send_metrics(const std::vector<metrics::Source>& sources, const http::Request& request, http::Answer& answer) {
  answer.leave_out_of_log();
  answer.add_header("Vary", "Accept-Encoding");
  std::optional<http::Gzip> gzip;
  if (http::accepts(request.headers[http::Field::accept_encoding], "gzip")) {
    gzip.emplace();
    answer.add_header("Content-Encoding", "gzip");
  }
  answer.begin_stream(http::Status::ok, http::MediaType::prometheus);
  if (answer.wants_body()) {
    for (const metrics::Source& source : sources) {
      std::string piece = text_of(source);
      if (gzip) piece = gzip->add(piece);
      if (!co_await answer.write(std::move(piece))) co_return answer.abort_stream();
    }
    std::string rest = gzip ? gzip->end() : std::string{};
    if (!co_await answer.write(std::move(rest))) co_return answer.abort_stream();
  }
  answer.end_stream();
}

}  // namespace gatehouse::api
