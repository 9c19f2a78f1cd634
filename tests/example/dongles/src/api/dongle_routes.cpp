#include "api/dongle_routes.hpp"

#include <optional>
#include <string>
#include <utility>

#include "api/body_refusal.hpp"
#include "api/message.hpp"
#include "api/path_id.hpp"
#include "api/problems.hpp"
#include "http/body.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

struct DongleBody {
  std::string name;
};
constexpr auto dongle_body = http::body_fields(
    problem("validation_failed"), http::field("name", &DongleBody::name, {.bytes_max = dongles::name_bytes_max}));

std::optional<UserId> read_owner(const Request& request, Answer& answer) {
  const auto id = parse_id<UserId>(request.parameter(0));
  if (!id) answer.refuse(problem("invalid_user_id"));
  return id;
}

constexpr const http::Problem& problem_of(flows::DongleError error) {
  switch (error) {
    case flows::DongleError::user_not_found:
      return problem("user_not_found");
    case flows::DongleError::too_many:
      return problem("too_many_dongles");
  }
  return problem("user_not_found");
}

}  // namespace

Task<> DongleRoutes::list(const Request& request, Answer& answer) {
  const auto user = read_owner(request, answer);
  if (!user) co_return;
  const auto found = co_await dongles_.list(*user);
  if (!found) co_return answer.refuse(problem_of(found.error()));
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  for (const dongles::Dongle& dongle : *found) dongles::write_dongle(writer, dongle);
  writer.end_array();
  answer.send(Status::ok, json);
}

Task<> DongleRoutes::add(const Request& request, Answer& answer) {
  const auto user = read_owner(request, answer);
  if (!user) co_return;
  auto body = http::read_body(request, dongle_body);
  if (!body) co_return refuse(answer, body.error());
  const auto added = co_await dongles_.add(*user, std::move(body->name));
  if (!added) co_return answer.refuse(problem_of(added.error()));
  std::string json;
  json::Writer writer{json};
  dongles::write_dongle(writer, *added);
  answer.send(Status::created, json);
}

Task<> DongleRoutes::remove_all(const Request& request, Answer& answer) {
  const auto user = read_owner(request, answer);
  if (!user) co_return;
  const auto removed = co_await dongles_.remove_all(*user);
  if (!removed) co_return answer.refuse(problem_of(removed.error()));
  answer.send(Status::ok, message_json("All dongles of user " + std::to_string(user->value) + " removed"));
}

}  // namespace gatehouse::api
