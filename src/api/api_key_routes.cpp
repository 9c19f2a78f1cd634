#include "api/api_key_routes.hpp"

#include <string_view>
#include <utility>

#include "api/access/origin.hpp"
#include "api/body_refusal.hpp"
#include "api/message.hpp"
#include "api/problems.hpp"
#include "api_keys/key_text.hpp"
#include "api_keys/validation.hpp"

namespace gatehouse::api {
namespace {

using api_keys::ApiKey;
using api_keys::KeyRequest;
using flows::ApiKeyError;
using http::Answer;
using http::Request;
using http::Status;

struct NewKeyBody {
  std::string name;
  std::string scopes;
  std::optional<bool> tells_client;
  std::optional<std::int64_t> expires_in;  ///< seconds
};
constexpr auto new_key_body = http::body_fields(
    problem("missing_key_fields"), http::field("name", &NewKeyBody::name), http::field("scopes", &NewKeyBody::scopes),
    http::field("tellsClient", &NewKeyBody::tells_client), http::field("expiresIn", &NewKeyBody::expires_in));

struct RotationBody {
  std::optional<std::int64_t> grace_seconds;
};
constexpr auto rotation_body = http::body_fields(
    http::field("graceSeconds", &RotationBody::grace_seconds, {.min = 0, .max = api_keys::grace_max.count()}));

flows::Authority authority_of(const Request& request) {
  return {.scopes = request.caller.scopes, .tells_client = request.caller.tells_client};
}

/// nullopt if the request has been refused.
std::optional<std::string> read_public_id(const Request& request, Answer& answer) {
  const std::string_view id = request.parameter(0);
  if (api_keys::is_public_id(id)) return std::string{id};
  answer.refuse(problem("invalid_api_key_id"));
  return std::nullopt;
}

std::string json_of(const ApiKey& key) {
  std::string json;
  json::Writer writer{json};
  write_api_key(writer.begin_object().key("apiKey"), key);
  writer.end_object();
  return json;
}

void refuse_key(Answer& answer, const flows::ApiKeyRefusal& refusal) {
  switch (refusal.reason) {
    case ApiKeyError::unknown_key:
      return answer.refuse(problem("api_key_not_found"));
    case ApiKeyError::expired:
      return answer.refuse(problem("api_key_expired"));
    case ApiKeyError::too_many_keys:
      return answer.refuse(problem("too_many_api_keys"));
    case ApiKeyError::superseded:
      return answer.refuse(problem("idempotency_in_progress"));
    case ApiKeyError::not_covered:
      break;
  }
  http::Problem lacks = problem("missing_scope");
  const bool is_scope = read_scope(refusal.missing).has_value();
  const std::string text = std::string{is_scope ? lacks.text : "API key lacks"}.append(" ").append(refusal.missing);
  lacks.text = text;
  answer.refuse(lacks);
}

/// The answer is the only place that ever has the secret in plain text.
void answer_issued(Status status, const flows::ApiKeyFlow::Issued& issued, Answer& answer) {
  if (!issued) return refuse_key(answer, issued.error());
  const SecretString json = api_keys::issued_key_json(issued->key, issued->secret);
  answer.send(status, json.reveal());
}

}  // namespace

Task<> ApiKeyRoutes::list(const Request& /*request*/, Answer& answer) {
  const auto keys = co_await store_.list(clock_.now());
  std::string json;
  json::Writer writer{json};
  writer.begin_object().key("apiKeys").begin_array();
  for (const api_keys::StoredKey& stored : keys) write_api_key(writer, stored.key);
  writer.end_array().end_object();
  answer.send(Status::ok, json);
}

void ApiKeyRoutes::answer_again(const Request& /*request*/, const idempotency::Earlier& earlier, Answer& answer) const {
  answer.send(static_cast<Status>(earlier.status), earlier.answer.value().reveal());
}

Task<> ApiKeyRoutes::create(const Request& request, Answer& answer) {
  constexpr RepeatableHandler<ApiKeyRoutes> handler{
      .first = &ApiKeyRoutes::create_first, .again = &ApiKeyRoutes::answer_again, .status = Status::created};
  return once_per_key_.run(*this, handler, request, answer);
}

Task<> ApiKeyRoutes::create_first(const Request& request, Answer& answer, const idempotency::RepeatableWork* work) {
  auto body = http::read_body(request, new_key_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  KeyRequest wanted{.name = std::move(body->name),
                    .scopes = std::move(body->scopes),
                    .tells_client = body->tells_client.value_or(false),
                    .expires_in_s = body->expires_in};
  const FieldErrors mistakes = validate(wanted);
  if (!mistakes.empty()) co_return answer.refuse(problem("validation_failed"), mistakes);
  audit::Origin origin = origin_of(request);
  const flows::Authority authority = authority_of(request);
  const auto issued = co_await keys_.create(std::move(wanted), authority, std::move(origin), work);
  answer_issued(Status::created, issued, answer);
}

Task<> ApiKeyRoutes::show(const Request& request, Answer& answer) {
  auto id = read_public_id(request, answer);
  if (!id) co_return;
  const auto key = co_await store_.find(*std::move(id));
  if (!key) co_return answer.refuse(problem("api_key_not_found"));
  answer.send(Status::ok, json_of(*key));
}

Task<> ApiKeyRoutes::rotate(const Request& request, Answer& answer) {
  constexpr RepeatableHandler<ApiKeyRoutes> handler{
      .first = &ApiKeyRoutes::rotate_first, .again = &ApiKeyRoutes::answer_again, .status = Status::ok};
  return once_per_key_.run(*this, handler, request, answer);
}

Task<> ApiKeyRoutes::rotate_first(const Request& request, Answer& answer, const idempotency::RepeatableWork* work) {
  auto id = read_public_id(request, answer);
  if (!id) co_return;
  const auto body = http::read_body(request, rotation_body, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  const std::chrono::seconds grace{body->grace_seconds.value_or(api_keys::usual_grace.count())};
  audit::Origin origin = origin_of(request);
  const flows::Authority authority = authority_of(request);
  const auto issued = co_await keys_.rotate(*std::move(id), grace, authority, std::move(origin), work);
  answer_issued(Status::ok, issued, answer);
}

Task<> ApiKeyRoutes::revoke(const Request& request, Answer& answer) {
  auto id = read_public_id(request, answer);
  if (!id) co_return;
  audit::Origin origin = origin_of(request);
  const auto revoked = co_await keys_.revoke(*std::move(id), std::move(origin));
  if (!revoked) co_return refuse_key(answer, revoked.error());
  answer.send(Status::ok, message_json("API key " + revoked->public_id + " revoked"));
}

}  // namespace gatehouse::api
