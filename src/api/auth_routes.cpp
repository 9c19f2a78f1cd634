#include "api/auth_routes.hpp"

#include <boost/beast/core/string.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "api/body_refusal.hpp"
#include "api/problems.hpp"
#include "base/json_text.hpp"
#include "http/json_fields.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

/// The token of `Authorization: Bearer …` (RFC 6750 section 2.1), "" where there is none.
std::string_view bearer_token(const Request& request) {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view value = request.headers[http::Field::authorization];
  if (request.headers.count(http::Field::authorization) != 1 || value.size() < scheme.size() ||
      !boost::beast::iequals(value.substr(0, scheme.size()), scheme))
    return {};
  return value.substr(scheme.size());
}

/// The session a body carries; nothing when the refusal has been answered.
std::optional<std::string> read_session(const Request& request, Answer& answer) {
  const auto fields = http::JsonFields::read(request, {"session"});
  if (!fields) {
    refuse(answer, fields.error());
    return std::nullopt;
  }
  if (fields->text(0).empty()) {
    answer.refuse(problem("session_required"), {{"session", "is required", "required"}});
    return std::nullopt;
  }
  return std::string{fields->text(0)};
}

FieldErrors missing_credentials(const http::JsonFields& fields) {
  FieldErrors missing;
  if (fields.text(0).empty()) missing.push_back({"email", "is required", "required"});
  if (fields.text(1).empty()) missing.push_back({"password", "is required", "required"});
  return missing;
}

/// Unknown email and wrong password look alike unless the policy tells them apart (OWASP Authentication Cheat Sheet).
constexpr const http::Problem& problem_of(flows::LoginError error, config::LoginErrors policy) {
  if (policy == config::LoginErrors::uniform) return problem("invalid_credentials");
  return error == flows::LoginError::unknown_user ? problem("user_not_found") : problem("invalid_password");
}

constexpr const http::Problem& problem_of(sessions::SessionError error) {
  switch (error) {
    case sessions::SessionError::invalid:
      return problem("invalid_session");
    case sessions::SessionError::expired:
      return problem("session_expired");
    case sessions::SessionError::not_found:
      return problem("session_ended");
    case sessions::SessionError::user_not_found:
      return problem("session_user_not_found");
  }
  return problem("invalid_session");
}

void append_login_json(std::string& out, const flows::LoginResult& login) {
  out += "{\"user\":{\"id\":" + std::to_string(login.user.value) + "},\"token\":";
  append_json_string(out, login.token);
  out += ",\"session\":";
  append_json_string(out, login.session);
  out += ",\"sessionExpires\":\"" + to_iso8601(login.session_expires_at) + "\"}";
}

void append_session_json(std::string& out, const sessions::SessionView& session) {
  const sessions::Profile profile = session.profile();
  const std::string user = std::to_string(session.principal().user.value);
  out += "{\"userId\":";
  out += user;
  out += ",\"user\":{\"id\":";
  out += user;
  out += ",\"email\":";
  append_json_string(out, profile.email);
  out += ",\"first_name\":";
  append_json_string(out, profile.first_name);
  out += ",\"last_name\":";
  append_json_string(out, profile.last_name);
  out += "},\"expiresAt\":\"";
  append_iso8601(out, session.principal().expires_at);
  out += "\"}";
}

}  // namespace

AuthRoutes::AuthRoutes(flows::LoginFlow& login, flows::IdentityFlow& identity, sessions::SessionService& sessions,
                       config::LoginErrors login_errors)
    : login_(login), identity_(identity), sessions_(sessions), login_errors_(login_errors) {}

Task<> AuthRoutes::log_in(const Request& request, Answer& answer) {
  const auto fields = http::JsonFields::read(request, {"email", "password"});
  if (!fields) co_return refuse(answer, fields.error());
  if (FieldErrors missing = missing_credentials(*fields); !missing.empty())
    co_return answer.refuse(problem("missing_credentials"), missing);

  std::string email{fields->text(0)};
  SecretString password{fields->text(1)};
  sessions::Client client{std::string{request.client_address}, std::string{request.headers[http::Field::user_agent]}};
  const auto login = co_await login_.login(std::move(email), std::move(password), std::move(client));
  if (!login) co_return answer.refuse(problem_of(login.error(), login_errors_));
  std::string json;
  append_login_json(json, *login);
  answer.send(Status::ok, json);
}

Task<> AuthRoutes::log_out(const Request& request, Answer& answer) {
  auto session = read_session(request, answer);
  if (!session) co_return;
  co_await sessions_.close(std::move(*session));
  answer.send(Status::ok, R"({"message":"Logged out successfully"})");
}

bool AuthRoutes::verify_session_now(const Request& request, Answer& answer) {
  if (!identity_.answers_from_memory()) return false;
  const auto fields = http::JsonFields::read(request, {"session"});
  if (!fields || fields->text(0).empty()) return false;
  switch (identity_.by_session_now(fields->text(0), view_)) {
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
  auto session = read_session(request, answer);
  if (!session) co_return;
  const auto verified = co_await identity_.by_session(std::move(*session));
  if (!verified) co_return answer.refuse(problem_of(verified.error()));
  answer_session(*verified, answer);
}

void AuthRoutes::answer_session(const sessions::SessionView& session, Answer& answer) {
  json_.clear();
  append_session_json(json_, session);
  answer.send(Status::ok, json_);
}

bool AuthRoutes::verify_token_now(const Request& request, Answer& answer) {
  if (!identity_.answers_from_memory()) return false;
  Principal principal;
  switch (identity_.by_token_now(bearer_token(request), principal)) {
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
  std::string token{bearer_token(request)};
  const auto principal = co_await identity_.by_token(std::move(token));
  if (!principal) co_return answer.refuse(problem("invalid_token"));
  answer_principal(*principal, answer);
}

void AuthRoutes::answer_principal(const Principal& principal, Answer& answer) {
  json_ = "{\"userId\":";
  json_ += std::to_string(principal.user.value);
  json_ += ",\"expiresAt\":\"";
  append_iso8601(json_, principal.expires_at);
  json_ += "\"}";
  answer.send(Status::ok, json_);
}

}  // namespace gatehouse::api
