#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <utility>

#include "http/answer.hpp"
#include "http/middleware/api_keys.hpp"
#include "http/middleware/cors.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "runtime/task.hpp"

namespace gatehouse::http {

/// A request's way from its last byte to its answer: CORS, API key, route, handler. One per io thread.
class Dispatcher {
 public:
  /// Told about each exception that a handler let out: the request's id and what broke. The text holds no secrets.
  using FailureSink = std::function<void(std::string_view request_id, std::string_view what)>;

  /// What a dispatcher is made of; everything referred to outlives it.
  struct Parts {
    const Router& router;
    const Cors& cors;
    const ApiKeys& api_keys;
    const std::atomic<bool>& ready;  ///< false: only open routes are answered, all others with 503
    FailureSink on_failure;
  };

  explicit Dispatcher(Parts parts) : parts_(std::move(parts)) {}

  /// Answers at once where that is possible and returns null; otherwise the route that finish() shall run.
  [[nodiscard]] const Route* begin(Request& request, Answer& answer) const;

  /// Runs the handler and turns what it throws into an answer: database::Unavailable and passwords::HashingOverloaded
  /// into 503, all else into 500. `route`, `request` and `answer` outlive it.
  [[nodiscard]] Task<> finish(const Route& route, const Request& request, Answer& answer) const;

  /// Answers a request that could not be read to its end; of the request there is what was read.
  void refuse_unreadable(Status status, const Request& request, Answer& answer) const;

 private:
  void answer_unrouted(const Router::Match& match, const Request& request, Answer& answer) const;
  bool answer_now(const Route& route, const Request& request, Answer& answer) const;
  void answer_failure(std::string_view what, bool retry, const Request& request, Answer& answer) const;

  Parts parts_;
};

}  // namespace gatehouse::http
