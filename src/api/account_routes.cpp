#include "api/account_routes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/access/origin.hpp"
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

struct DisableBody {
  std::optional<std::string> reason;  ///< for the record
};
constexpr auto disable_body =
    http::body_fields(problem("validation_failed"), http::field("reason", &DisableBody::reason, {.bytes_max = 300}));

/// nullopt if the request has been refused.
std::optional<UserId> read_user(const Request& request, Answer& answer) {
  const auto id = parse_id<UserId>(request.parameter(0));
  if (!id) answer.refuse(problem("invalid_user_id"));
  return id;
}

/// `{"message":"User 7 unlocked"}`, or that there is no such user.
void answer_change(bool is_found, UserId user, std::string_view what, Answer& answer) {
  if (!is_found) return answer.refuse(problem("user_not_found"));
  answer.send(Status::ok, message_json("User " + std::to_string(user.value) + " " + std::string{what}));
}

std::string account_json(const flows::AccountState& state) {
  std::string json;
  json::Writer(json)
      .begin_object()
      .member("emailVerifiedAt", state.account.email_verified_at)
      .member("disabledAt", state.account.disabled_at)
      .member("passwordChangedAt", state.account.password_changed_at)
      .member("mustChangePassword", state.account.must_change_password)
      .member("blockedUntil", state.standing.blocked_until)
      .member("othersBlocked", state.standing.is_disabled)
      .member("devices", state.devices)
      .member("sessions", state.sessions)
      .member("version", state.account.version)
      .end_object();
  return json;
}

}  // namespace

Task<> AccountRoutes::show(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  const auto state = co_await view_.of(*user);
  if (!state) co_return answer.refuse(problem("user_not_found"));
  answer.send(Status::ok, account_json(*state));
}

Task<> AccountRoutes::disable(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  DisableBody body;
  if (!request.body.empty()) {
    auto read = http::read_body(request, disable_body, unknown_fields_);
    if (!read) co_return refuse(answer, read.error());
    body = *std::move(read);
  }
  audit::Origin origin = origin_of(request);
  const auto changed = co_await accounts_.disable(*user, std::move(origin), std::move(body.reason));
  answer_change(changed.has_value(), *user, "disabled", answer);
}

Task<> AccountRoutes::enable(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  audit::Origin origin = origin_of(request);
  const auto changed = co_await accounts_.enable(*user, std::move(origin));
  answer_change(changed.has_value(), *user, "enabled", answer);
}

Task<> AccountRoutes::unlock(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  audit::Origin origin = origin_of(request);
  const bool is_found = co_await passwords_.unlock(*user, std::move(origin));
  answer_change(is_found, *user, "unlocked", answer);
}

Task<> AccountRoutes::require_password_change(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  audit::Origin origin = origin_of(request);
  const auto changed = co_await accounts_.require_password_change(*user, std::move(origin));
  answer_change(changed.has_value(), *user, "must change the password", answer);
}

Task<> AccountRoutes::send_reset(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  audit::Origin origin = origin_of(request);
  const auto sent = co_await resets_.send(*user, std::move(origin));
  if (sent) co_return answer.send(Status::accepted, message_json("A mail is on its way"));
  const bool is_unknown = sent.error() == flows::SendingError::unknown_user;
  answer.refuse(is_unknown ? problem("user_not_found") : problem("user_disabled"));
}

Task<> AccountRoutes::list_devices(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  const auto known = co_await view_.devices_of(*user);
  if (!known) co_return answer.refuse(problem("user_not_found"));
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  for (const devices::Device& device : *known) devices::write_device(writer, device);
  writer.end_array();
  answer.send(Status::ok, json);
}

Task<> AccountRoutes::forget_devices(const Request& request, Answer& answer) {
  const auto user = read_user(request, answer);
  if (!user) co_return;
  audit::Origin origin = origin_of(request);
  const auto forgotten = co_await accounts_.forget_devices(*user, std::move(origin));
  if (!forgotten) co_return answer.refuse(problem("user_not_found"));
  std::string json;
  json::Writer(json)
      .begin_object()
      .member("message", "All devices of user " + std::to_string(user->value) + " forgotten")
      .member("count", *forgotten)
      .end_object();
  answer.send(Status::ok, json);
}

}  // namespace gatehouse::api
