#include "api/refresh_routes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/access/asker.hpp"
#include "api/body_refusal.hpp"
#include "api/problems.hpp"
#include "base/unicode.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

constexpr std::size_t attempt_characters_min = 16;
constexpr std::size_t attempt_characters_max = 64;

struct RefreshBody {
  SecretString refresh_token;
  std::optional<std::string> attempt;
};
constexpr auto refresh_body =
    http::body_fields(problem("refresh_token_required"), http::field("refreshToken", &RefreshBody::refresh_token),
                      http::field("attempt", &RefreshBody::attempt));

FieldErrors mistakes_in(const std::optional<std::string>& attempt) {
  constexpr std::string_view message = "must have 16 to 64 characters";
  if (!attempt) return {};
  const std::size_t characters = count_code_points(*attempt);
  if (characters < attempt_characters_min) return {{"attempt", std::string{message}, "too_short"}};
  if (characters > attempt_characters_max) return {{"attempt", std::string{message}, "too_long"}};
  return {};
}

std::string refreshed_json(const flows::Refreshed& refreshed) {
  const flows::TokenPair& pair = refreshed.pair;
  std::string json;
  json::Writer writer{json};
  writer.begin_object().key("user").begin_object().member("id", refreshed.user).end_object();
  writer.member("token", pair.token).member("tokenExpires", pair.refreshable.token_expires_at);
  writer.member("refreshToken", pair.refreshable.refresh_token);
  writer.member("sessionExpires", refreshed.session_expires_at).end_object();
  return json;
}

}  // namespace

Task<> RefreshRoutes::refresh(const Request& request, Answer& answer) {
  auto body = http::read_body(request, refresh_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  const FieldErrors mistakes = mistakes_in(body->attempt);
  if (!mistakes.empty()) co_return answer.refuse(problem("validation_failed"), mistakes);
  flows::RefreshRequest wanted{
      .token = std::move(body->refresh_token), .attempt = std::move(body->attempt), .asker = asker_of(request)};
  const auto refreshed = co_await refreshes_.refresh(std::move(wanted));
  if (refreshed) co_return answer.send(Status::ok, refreshed_json(*refreshed));
  const bool is_reused = refreshed.error() == flows::RefreshError::reused;
  answer.refuse(is_reused ? problem("refresh_reused") : problem("invalid_refresh"));
}

}  // namespace gatehouse::api
