#include "api/password_routes.hpp"

#include <optional>
#include <string>

#include "api/body_refusal.hpp"
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

}  // namespace gatehouse::api
