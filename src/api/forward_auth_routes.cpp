#include "api/forward_auth_routes.hpp"

#include <utility>

#include "api/problems.hpp"
#include "http/accept.hpp"
#include "http/form.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Field;
using http::Request;
using http::Status;
using sessions::CachedVerdict;

/// The part after the route's path: empty, or the path of the client's request.
std::string_view path_of_client(const Request& request) {
  const std::string_view path = request.path.substr(ForwardAuthRoutes::path.size());
  return path == "/" ? std::string_view{} : path;
}

/// What a gateway asks for in the query.
struct Wishes {
  bool redirect = false;
  bool role = false;
};

/// After a client's path, the query is the client's as well, and a role in it is not meant for this service.
Wishes wishes_of(const Request& request) {
  Wishes wishes;
  std::string_view query = request.query;
  while (const auto pair = http::take_form_pair(query)) {
    if (pair->name == "redirect" && pair->value == "1") wishes.redirect = true;
    if (pair->name == "role" && path_of_client(request).empty()) wishes.role = true;
  }
  return wishes;
}

/// A gateway that always asks with GET states the client's method in a header field.
bool is_get(const Request& request) {
  if (request.method != http::Method::get) return false;
  return !request.headers.has(Field::forwarded_method) || request.headers[Field::forwarded_method] == "GET";
}

}  // namespace

CachedVerdict ForwardAuthRoutes::look_up(const Credential& credential) {
  if (credential.kind == Credential::Kind::none) return CachedVerdict::refused;
  if (!identity_.answers_from_memory()) return CachedVerdict::unknown;
  if (credential.kind == Credential::Kind::token) return identity_.user_by_token_now(credential.text, view_);
  return identity_.by_session_now(credential.text, view_);
}

bool ForwardAuthRoutes::decide_now(const Request& request, Answer& answer) {
  const CachedVerdict verdict = look_up(read_credential(request.headers, settings_.session_cookie));
  if (verdict == CachedVerdict::unknown) return false;
  if (verdict == CachedVerdict::active) {
    let_pass(view_, request, answer);
  } else {
    refuse(request, answer);
  }
  return true;
}

/// `view` outlives the coroutine, and is filled if it returns true.
Task<bool> ForwardAuthRoutes::find(Credential::Kind kind, std::string credential, sessions::SessionView& view) {
  if (kind == Credential::Kind::token) {
    auto user = co_await identity_.user_by_token(std::move(credential));
    if (!user) co_return false;
    view = *std::move(user);
    co_return true;
  }
  auto session = co_await identity_.by_session(std::move(credential));
  if (!session) co_return false;
  view = *std::move(session);
  co_return true;
}

Task<> ForwardAuthRoutes::decide(const Request& request, Answer& answer) {
  const Credential credential = read_credential(request.headers, settings_.session_cookie);
  std::string text{credential.text};
  sessions::SessionView view;
  const bool is_found = co_await find(credential.kind, std::move(text), view);
  if (is_found) {
    let_pass(view, request, answer);
  } else {
    refuse(request, answer);
  }
}

/// Nobody has a role yet, so any role that is asked for is missing.
void ForwardAuthRoutes::let_pass(const sessions::SessionView& session, const Request& request, Answer& answer) {
  if (wishes_of(request).role) return answer.refuse(problem("missing_role"));
  fields_.add(session, answer);
  answer.send_empty(Status::ok);
}

void ForwardAuthRoutes::refuse(const Request& request, Answer& answer) const {
  if (!settings_.login_url.empty()) {
    const std::string url = login_url(request);
    answer.add_header("X-Login-Url", url);
    if (wishes_of(request).redirect && is_get(request) && http::accepts(request.headers[Field::accept], "text/html")) {
      answer.add_header("Location", url);
      return answer.send_empty(Status::found);
    }
  }
  answer.add_header("WWW-Authenticate", "Bearer");
  answer.refuse(problem("not_logged_in"));
}

std::string ForwardAuthRoutes::login_url(const Request& request) const {
  std::string url = settings_.login_url;
  const auto address = return_address(request, path_of_client(request), settings_.hosts);
  if (address) url.append(url.contains('?') ? "&return=" : "?return=").append(*address);
  return url;
}

}  // namespace gatehouse::api
