#pragma once

#include <exception>
#include <optional>
#include <utility>

#include "api/problems.hpp"
#include "http/answer.hpp"
#include "http/request.hpp"
#include "idempotency/repetitions.hpp"

namespace gatehouse::api {

/// How a resource answers a request that may be repeated.
template <class Resource>
struct RepeatableHandler {
  /// Does what is asked for; `work` is null if the request has no key. All three outlive the coroutine.
  Task<> (Resource::*first)(const http::Request& request, http::Answer& answer,
                            const idempotency::RepeatableWork* work);
  /// Repeats the answer to the first request.
  void (Resource::*again)(const http::Request& request, const idempotency::Earlier& earlier,
                          http::Answer& answer) const;
  http::Status status;  ///< of the answer if the work was done
};

/// Runs a handler once for each `Idempotency-Key` of a caller. Requests without one cost nothing. One per io thread;
/// the repetitions outlive it.
class OncePerKey {
 public:
  explicit OncePerKey(idempotency::Repetitions& repetitions) : repetitions_(repetitions) {}

  /// Everything outlives the coroutine. Throws what the handler and Database throw. A key is free again if the handler
  /// refuses or throws, because then nothing was changed.
  template <class Resource>
  [[nodiscard]] Task<> run(Resource& resource, RepeatableHandler<Resource> handler, const http::Request& request,
                           http::Answer& answer) {
    if (!request.headers.has(http::Field::idempotency_key)) return (resource.*handler.first)(request, answer, nullptr);
    return run_keyed(resource, handler, request, answer);
  }

 private:
  template <class Resource>
  [[nodiscard]] Task<> run_keyed(Resource& resource, RepeatableHandler<Resource> handler, const http::Request& request,
                                 http::Answer& answer) {
    auto keyed = read(request, handler.status);
    if (!keyed) co_return answer.refuse(problem("invalid_idempotency_key"));
    const auto beginning = co_await repetitions_.begin(*std::move(keyed));
    if (const auto* earlier = std::get_if<idempotency::Earlier>(&beginning)) {
      answer.add_header("Idempotency-Replayed", "true");
      co_return (resource.*handler.again)(request, *earlier, answer);
    }
    const auto* work = std::get_if<idempotency::RepeatableWork>(&beginning);
    if (work == nullptr) co_return refuse(std::get<idempotency::Refusal>(beginning), answer);
    std::exception_ptr failure;
    try {
      co_await (resource.*handler.first)(request, answer, work);
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure || answer.status() != handler.status) co_await release(*work);
    if (failure) std::rethrow_exception(failure);
  }

  [[nodiscard]] static std::optional<idempotency::KeyedRequest> read(const http::Request& request, http::Status status);
  static void refuse(idempotency::Refusal refusal, http::Answer& answer);
  [[nodiscard]] Task<> release(const idempotency::RepeatableWork& work);

  idempotency::Repetitions& repetitions_;
};

}  // namespace gatehouse::api
