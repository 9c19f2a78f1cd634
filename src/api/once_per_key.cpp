#include "api/once_per_key.hpp"

#include <string>

#include "idempotency/request_key.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using idempotency::KeyedRequest;

/// Callers of the two kinds may have the same name.
std::string principal_of(const Caller& caller) {
  const std::string_view kind = caller.kind == Caller::Kind::db ? "db " : "env ";
  return std::string{kind}.append(caller.identity());
}

}  // namespace

std::optional<KeyedRequest> OncePerKey::read(const http::Request& request, http::Status status) {
  if (request.headers.count(Field::idempotency_key) != 1) return std::nullopt;
  auto key = idempotency::read_request_key(request.headers[Field::idempotency_key]);
  if (!key) return std::nullopt;
  const idempotency::RequestLine line{.method = http::to_text(request.method), .path = request.path};
  return KeyedRequest{.principal = principal_of(request.caller),
                      .key = *std::move(key),
                      .fingerprint = idempotency::fingerprint_of(line, request.body),
                      .status = static_cast<std::int64_t>(status)};
}

void OncePerKey::refuse(idempotency::Refusal refusal, http::Answer& answer) {
  if (refusal == idempotency::Refusal::key_reused) return answer.refuse(problem("idempotency_key_reused"));
  answer.add_header("Retry-After", "1");
  answer.refuse(problem("idempotency_in_progress"));
}

Task<> OncePerKey::release(const idempotency::RepeatableWork& work) {
  idempotency::Attempt attempt = work.attempt();
  try {
    co_await repetitions_.release(std::move(attempt));
  } catch (const database::Unavailable&) {
    co_return;  // the row expires by itself, and the answer must not be lost because of it
  }
}

}  // namespace gatehouse::api
