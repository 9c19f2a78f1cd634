#pragma once

#include <expected>
#include <optional>

#include "base/caller.hpp"
#include "http/problem.hpp"
#include "http/request.hpp"
#include "runtime/task.hpp"

namespace gatehouse::api {

/// Who sends a request, or why nobody is let in on it.
using Verdict = std::expected<Caller, http::Problem>;

/// Decides who a caller is; the dispatcher then holds the caller's scopes against the route. The request outlives both
/// calls. Each io thread may call.
class AccessPolicy {
 public:
  virtual ~AccessPolicy() = default;

  /// The verdict as far as memory has it, without waiting or allocating; nothing where admit() must be asked.
  [[nodiscard]] virtual std::optional<Verdict> admit_now(const http::Request& request) const = 0;

  /// The verdict, whatever it takes. Throws what the sources that it asks throw.
  [[nodiscard]] virtual Task<Verdict> admit(const http::Request& request) const = 0;
};

}  // namespace gatehouse::api
