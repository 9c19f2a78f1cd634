#include "api/password_routes.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "api/access/asker.hpp"
#include "api/body_refusal.hpp"
#include "api/even_time.hpp"
#include "api/login_answer.hpp"
#include "api/message.hpp"
#include "api/owner_answer.hpp"
#include "api/problems.hpp"
#include "json/writer.hpp"
#include "passwords/stored_password.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

struct TriedPassword {
  SecretString password;
  std::optional<std::string> email;
};
constexpr auto tried_password_body =
    http::body_fields(problem("password_required"), http::field("password", &TriedPassword::password),
                      http::field("email", &TriedPassword::email));

struct ForgottenPassword {
  std::string email;
};
constexpr auto forgotten_password_body =
    http::body_fields(problem("email_required"), http::field("email", &ForgottenPassword::email));

struct NewPassword {
  std::string token;
  SecretString password;
};
constexpr auto new_password_body =
    http::body_fields(problem("missing_reset_fields"), http::field("token", &NewPassword::token),
                      http::field("password", &NewPassword::password));

struct ChangedPassword {
  std::string session;
  SecretString current_password;
  SecretString new_password;
};
constexpr auto changed_password_body =
    http::body_fields(problem("missing_change_fields"), http::field("session", &ChangedPassword::session),
                      http::field("currentPassword", &ChangedPassword::current_password),
                      http::field("newPassword", &ChangedPassword::new_password));

std::string verdict_json(const std::optional<passwords::PasswordRefusal>& refusal) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("acceptable", !refusal.has_value());
  if (refusal) writer.member("code", refusal->code()).member("message", refusal->message);
  writer.end_object();
  return json;
}

}  // namespace

bool PasswordRoutes::show_policy(const Request& /*request*/, Answer& answer) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("lengthMin", rules_.length_min()).member("bytesMax", passwords::password_bytes_max);
  writer.member("classesMin", rules_.classes_min()).member("refusesPersonal", true).member("refusesCommon", true);
  writer.member("refusesBreached", rules_.refuses_breached()).end_object();
  answer.send(Status::ok, json);
  return true;
}

bool PasswordRoutes::check(const Request& request, Answer& answer) {
  const auto tried = http::read_body(request, tried_password_body, unknown_fields_);
  if (!tried) {
    refuse(answer, tried.error());
    return true;
  }
  passwords::Person person{};
  if (tried->email) person.email = *tried->email;
  answer.send(Status::ok, verdict_json(rules_.refusal_of(tried->password, person)));
  return true;
}

Task<> PasswordRoutes::forgot(const Request& request, Answer& answer) {
  auto body = http::read_body(request, forgotten_password_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  const EvenTime time;
  flows::Asker asker = asker_of(request);
  co_await resets_.request(std::move(body->email), std::move(asker));
  co_await time.wait();
  answer.leave_out_timing();
  answer.send(Status::accepted, message_json(mail_on_its_way));
}

Task<> PasswordRoutes::reset(const Request& request, Answer& answer) {
  auto body = http::read_body(request, new_password_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  flows::PasswordReset wanted{.token = std::move(body->token),
                              .password = std::move(body->password),
                              .asker = asker_of(request),
                              .client_gone = request.client_gone};
  const auto reset = co_await resets_.reset(std::move(wanted));
  if (reset) co_return answer.send(Status::ok, message_json("Password has been reset"));
  if (const auto* mistakes = std::get_if<FieldErrors>(&reset.error())) {
    co_return answer.refuse(problem("validation_failed"), *mistakes);
  }
  answer.refuse(problem("invalid_or_expired_token"));
}

Task<> PasswordRoutes::change(const Request& request, Answer& answer) {
  auto body = http::read_body(request, changed_password_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  flows::PasswordChange wanted{
      .owner = owner_claim(request, std::move(body->session), std::move(body->current_password), v6_prefix_),
      .new_password = std::move(body->new_password),
      .client = client_of(request)};
  const auto login = co_await changes_.change(std::move(wanted));
  if (!login) co_return std::visit(OwnerRefusals{login_errors_, answer}, login.error());
  answer.send(Status::ok, login_json(*login));
}

}  // namespace gatehouse::api
