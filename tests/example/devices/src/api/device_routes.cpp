#include "api/device_routes.hpp"

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

struct DeviceBody {
  std::string name;
};
constexpr auto device_body = http::body_fields(
    problem("validation_failed"), http::field("name", &DeviceBody::name, {.bytes_max = devices::name_bytes_max}));

std::optional<UserId> read_user(const Request& request, Answer& answer) {
  const auto id = parse_id<UserId>(request.parameter(0));
  if (!id) answer.refuse(problem("invalid_user_id"));
  return id;
}

constexpr const http::Problem& problem_of(flows::DeviceError error) {
  switch (error) {
    case flows::DeviceError::user_not_found:
      return problem("user_not_found");
    case flows::DeviceError::too_many:
      return problem("too_many_devices");
  }
  return problem("user_not_found");
}

}  // namespace

Task<> DeviceRoutes::list(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  const auto found = co_await devices_.list(*user);
  if (!found) co_return answer.refuse(problem_of(found.error()));
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  for (const devices::Device& device : *found) devices::write_device(writer, device);
  writer.end_array();
  answer.send(Status::ok, json);
}

Task<> DeviceRoutes::add(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  auto body = http::read_body(request, device_body);
  if (!body) co_return refuse(answer, body.error());
  const auto added = co_await devices_.add(*user, std::move(body->name));
  if (!added) co_return answer.refuse(problem_of(added.error()));
  std::string json;
  json::Writer writer{json};
  devices::write_device(writer, *added);
  answer.send(Status::created, json);
}

Task<> DeviceRoutes::remove_all(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  const auto removed = co_await devices_.remove_all(*user);
  if (!removed) co_return answer.refuse(problem_of(removed.error()));
  answer.send(Status::ok, message_json("All devices of user " + std::to_string(user->value) + " removed"));
}

}  // namespace gatehouse::api
