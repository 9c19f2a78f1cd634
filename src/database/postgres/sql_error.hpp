#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "database/errors.hpp"

namespace gatehouse::database::postgres {

/// What the server said about a statement: the five-character SQLSTATE, its primary message, and the constraint if it
/// names one. The detail may quote parameter values: it is for scripts, which have none, and no Failure holds it.
struct SqlError {
  std::string state;
  std::string message;
  std::string constraint = {};
  std::string detail = {};
  std::string statement = {};  ///< the name of the Statement or Write, or `COMMIT`; a script has none
};

/// How a call failed, as the port names it.
using Failure = std::variant<Violation, Unavailable, StatementFailed, Unstorable>;

/// What may cure the failure of a group of statements that the server rolled back as a whole, so that it had no effect.
enum class Cure {
  none,
  prepare_again,  ///< the prepared statement is gone, or its result changed with the schema
  run_later,      ///< a serialization failure or a deadlock: the other side needs a moment to finish
};

/// PostgreSQL's Appendix A (error codes) in the terms of the port.
[[nodiscard]] Failure classify(const SqlError& error);
/// Returns a violation, and throws any other failure.
[[nodiscard]] Violation violation_or_throw(const Failure& failure);
[[nodiscard]] Cure cure_for(std::string_view state) noexcept;

/// Another transaction held a lock for longer than lock_timeout (55P03).
[[nodiscard]] bool is_lock_timeout(std::string_view state) noexcept;

/// Others held a lock for too long or changed the same row, or a deadlock was ended: another try may succeed.
[[nodiscard]] bool is_contention(std::string_view state) noexcept;

/// The server is read-only (25006): a failover left this connection on a standby, so it is of no use.
[[nodiscard]] bool is_read_only(std::string_view state) noexcept;

}  // namespace gatehouse::database::postgres
