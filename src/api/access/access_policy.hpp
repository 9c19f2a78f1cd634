#pragma once

#include <expected>
#include <optional>

#include "base/caller.hpp"
#include "http/problem.hpp"
#include "http/request.hpp"
#include "runtime/task.hpp"

namespace gatehouse::api {

/// Who sent a request, or why it is refused.
using Verdict = std::expected<Caller, http::Problem>;

/// Decides who a caller is; the dispatcher then checks the caller's scopes against the route. The request outlives both
/// calls. Each io thread may call.
class AccessPolicy {
 public:
  virtual ~AccessPolicy() = default;

  /// The verdict if it is known from memory, without waiting or allocating; nullopt if admit() must be asked.
  [[nodiscard]] virtual std::optional<Verdict> admit_now(const http::Request& request) const = 0;

  /// The verdict, whatever it takes. Throws what the sources it asks throw.
  [[nodiscard]] virtual Task<Verdict> admit(const http::Request& request) const = 0;
};

}  // namespace gatehouse::api
