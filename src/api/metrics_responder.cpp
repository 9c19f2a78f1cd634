#include "api/metrics_responder.hpp"

#include "api/metrics_page.hpp"
#include "api/problems.hpp"
#include "http/problems.hpp"

namespace gatehouse::api {

using http::Admission;
using http::Answer;
using http::Request;

Admission MetricsResponder::admit(Request& request, Answer& answer) {
  if (request.path != "/metrics") {
    answer.refuse(problem("not_found"));
    return Admission::answered;
  }
  if (request.method != http::Method::get && request.method != http::Method::head) {
    answer.add_header("Allow", "GET, HEAD");
    answer.refuse(problem("method_not_allowed"));
    return Admission::answered;
  }
  request.route = route_;
  return Admission::without_body;
}

bool MetricsResponder::begin(Request& /*request*/, Answer& /*answer*/) { return false; }

Task<> MetricsResponder::finish(Request& request, Answer& answer) { return send_metrics(sources_, request, answer); }

void MetricsResponder::refuse_unreadable(http::Status status, const Request& /*request*/, Answer& answer) {
  answer.refuse(http::problems::of_unreadable(status));
}

void MetricsResponder::turn_away(const Request& /*request*/, Answer& answer) { answer.refuse(problem("unavailable")); }

}  // namespace gatehouse::api
