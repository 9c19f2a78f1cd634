#include "api/auth_routes.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "api/access/asker.hpp"
#include "api/access/origin.hpp"
#include "api/bearer.hpp"
#include "api/body_refusal.hpp"
#include "api/login_answer.hpp"
#include "api/message.hpp"
#include "api/problems.hpp"
#include "api/traces.hpp"
#include "api/verified_session.hpp"
#include "http/body.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

/// The token of `Authorization: Bearer …`, or of `Authorization: …` without a scheme, as older clients send it. "" if
/// there is none.
std::string_view token_of(const Request& request) {
  if (request.headers.count(http::Field::authorization) != 1) return {};
  const std::string_view value = request.headers[http::Field::authorization];
  if (!value.contains(' ')) return value;
  return bearer_token(value).value_or(std::string_view{});
}

struct LoginBody {
  std::string email;
  SecretString password;
  std::optional<bool> refresh;
};
constexpr auto login_body =
    http::body_fields(problem("missing_credentials"), http::field("email", &LoginBody::email),
                      http::field("password", &LoginBody::password), http::field("refresh", &LoginBody::refresh));

/// A view, so that a session in the cache is verified without a copy.
struct SessionBody {
  std::string_view session;
};
constexpr auto session_body =
    http::body_fields(problem("session_required"), http::field("session", &SessionBody::session));

/// The session a body carries; nullopt if the request has been refused.
std::optional<std::string> read_session(const Request& request, http::UnknownFields unknown, Answer& answer) {
  json::TextBuffer texts;
  const auto body = http::read_body(request, session_body, texts, unknown);
  if (body) return std::string{body->session};
  refuse(answer, body.error());
  return std::nullopt;
}

constexpr const http::Problem& problem_of(flows::LoginError error, LoginErrors policy) {
  switch (error) {
    case flows::LoginError::unknown_user:
      return problem_of(flows::PasswordError::unknown_user, policy);
    case flows::LoginError::wrong_password:
      return problem_of(flows::PasswordError::wrong_password, policy);
    case flows::LoginError::email_not_verified:
      return problem("email_not_verified");
    case flows::LoginError::password_change_required:
      return problem("password_change_required");
  }
  return problem("invalid_credentials");
}

/// Includes the token, if there is one, with which the client can choose a new password.
void refuse(const flows::LoginRefusal& refusal, LoginErrors policy, const Request& request, Answer& answer) {
  const http::Problem& problem = problem_of(refusal.reason, policy);
  if (refusal.reset_token.empty()) return answer.refuse(problem);
  std::string text;
  json::Writer writer{text};
  writer.begin_object().member("error", problem.text).member("code", problem.code);
  writer.member("resetToken", refusal.reset_token.reveal()).member("requestId", request.id).end_object();
  answer.send(problem.status, text);
}

}  // namespace

AuthRoutes::AuthRoutes(flows::LoginFlow& login, flows::IdentityFlow& identity, flows::SessionEndFlow& ends,
                       const ApiSettings& settings, unsigned v6_prefix)
    : login_(login),
      identity_(identity),
      ends_(ends),
      login_errors_(settings.login_errors),
      unknown_fields_(settings.unknown_fields),
      v6_prefix_(v6_prefix) {}

Task<> AuthRoutes::log_in(const Request& request, Answer& answer) {
  auto body = http::read_body(request, login_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  flows::LoginRequest wanted{
      .attempt = {.email = std::move(body->email),
                  .password = std::move(body->password),
                  .traces = traces_of(request, v6_prefix_),
                  .origin = origin_of(request),
                  .client_gone = request.client_gone},
      .client = client_of(request),
      .asker = asker_of(request),
      .refreshing = body->refresh.value_or(false) ? flows::Refreshing::yes : flows::Refreshing::no,
  };
  const auto login = co_await login_.login(std::move(wanted));
  if (!login) co_return refuse(login.error(), login_errors_, request, answer);
  if (login->device_token) answer.add_header("X-Device-Token", *login->device_token);
  answer.send(Status::ok, login_json(*login));
}

Task<> AuthRoutes::log_out(const Request& request, Answer& answer) {
  auto session = read_session(request, unknown_fields_, answer);
  if (!session) co_return;
  audit::Origin origin = origin_of(request);
  co_await ends_.log_out(*std::move(session), std::move(origin));
  answer.send(Status::ok, message_json("Logged out successfully"));
}

bool AuthRoutes::verify_session_now(const Request& request, Answer& answer) {
  if (!identity_.answers_from_memory()) return false;
  json::TextBuffer texts;
  const auto body = http::read_body(request, session_body, texts, unknown_fields_);
  if (!body) return false;
  switch (identity_.by_session_now(body->session, view_)) {
    case sessions::CachedVerdict::active:
      answer_session(view_, answer);
      return true;
    case sessions::CachedVerdict::refused:
      answer.refuse(problem("invalid_session"));
      return true;
    case sessions::CachedVerdict::unknown:
      return false;
  }
  return false;
}

Task<> AuthRoutes::verify_session(const Request& request, Answer& answer) {
  auto session = read_session(request, unknown_fields_, answer);
  if (!session) co_return;
  const auto verified = co_await identity_.by_session(std::move(*session));
  if (!verified) co_return answer.refuse(problem_of(verified.error()));
  answer_session(*verified, answer);
}

void AuthRoutes::answer_session(const sessions::SessionView& session, Answer& answer) {
  json_.clear();
  json::Writer writer{json_};
  writer.begin_object();
  write_verified_session(writer, session);
  writer.end_object();
  answer.send(Status::ok, json_);
}

bool AuthRoutes::verify_token_now(const Request& request, Answer& answer) {
  if (!identity_.answers_from_memory()) return false;
  Principal principal;
  switch (identity_.by_token_now(token_of(request), principal)) {
    case sessions::CachedVerdict::active:
      answer_principal(principal, answer);
      return true;
    case sessions::CachedVerdict::refused:
      answer.refuse(problem("invalid_token"));
      return true;
    case sessions::CachedVerdict::unknown:
      return false;
  }
  return false;
}

Task<> AuthRoutes::verify_token(const Request& request, Answer& answer) {
  std::string token{token_of(request)};
  const auto principal = co_await identity_.by_token(std::move(token));
  if (!principal) co_return answer.refuse(problem("invalid_token"));
  answer_principal(*principal, answer);
}

void AuthRoutes::answer_principal(const Principal& principal, Answer& answer) {
  json_.clear();
  json::Writer writer{json_};
  writer.begin_object().member("userId", principal.user).member("expiresAt", principal.expires_at).end_object();
  answer.send(Status::ok, json_);
}

}  // namespace gatehouse::api
