#include "api/email_routes.hpp"

#include <string>
#include <utility>
#include <variant>

#include "api/access/asker.hpp"
#include "api/body_refusal.hpp"
#include "api/even_time.hpp"
#include "api/message.hpp"
#include "api/owner_answer.hpp"
#include "api/problems.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

struct TokenBody {
  std::string token;
};
constexpr auto token_body = http::body_fields(problem("token_required"), http::field("token", &TokenBody::token));

struct EmailBody {
  std::string email;
};
constexpr auto email_body = http::body_fields(problem("email_required"), http::field("email", &EmailBody::email));

struct NewEmailBody {
  std::string session;
  SecretString password;
  std::string email;
};
constexpr auto new_email_body =
    http::body_fields(problem("missing_email_fields"), http::field("session", &NewEmailBody::session),
                      http::field("password", &NewEmailBody::password), http::field("email", &NewEmailBody::email));

std::string done_json(std::string_view message, UserId user) {
  std::string json;
  json::Writer(json).begin_object().member("message", message).member("userId", user).end_object();
  return json;
}

}  // namespace

Task<> EmailRoutes::verify(const Request& request, Answer& answer) {
  auto body = http::read_body(request, token_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  audit::Origin origin = origin_of(request);
  const auto user = co_await verifications_.verify(std::move(body->token), std::move(origin));
  if (!user) co_return answer.refuse(problem("invalid_or_expired_token"));
  answer.send(Status::ok, done_json("Email verified", *user));
}

Task<> EmailRoutes::resend(const Request& request, Answer& answer) {
  auto body = http::read_body(request, email_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  const EvenTime time;
  flows::Asker asker = asker_of(request);
  co_await verifications_.request(std::move(body->email), std::move(asker));
  co_await time.wait();
  answer.leave_out_timing();
  answer.send(Status::accepted, message_json(mail_on_its_way));
}

Task<> EmailRoutes::change(const Request& request, Answer& answer) {
  auto body = http::read_body(request, new_email_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  flows::EmailChange wanted{
      .owner = owner_claim(request, std::move(body->session), std::move(body->password), v6_prefix_),
      .new_email = std::move(body->email)};
  const auto sent = co_await changes_.request(std::move(wanted));
  if (!sent) co_return std::visit(OwnerRefusals{login_errors_, answer}, sent.error());
  answer.send(Status::accepted, message_json("A mail is on its way to the new address"));
}

Task<> EmailRoutes::confirm(const Request& request, Answer& answer) {
  auto body = http::read_body(request, token_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  flows::Asker asker = asker_of(request);
  const auto user = co_await changes_.confirm(std::move(body->token), std::move(asker));
  if (user) co_return answer.send(Status::ok, done_json("Email changed", *user));
  const bool is_taken = std::holds_alternative<flows::EmailTaken>(user.error());
  answer.refuse(is_taken ? problem("email_taken") : problem("invalid_or_expired_token"));
}

}  // namespace gatehouse::api
