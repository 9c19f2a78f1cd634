#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/request_scope.hpp"
#include "base/time.hpp"
#include "database/announcement.hpp"
#include "database/occurrence.hpp"
#include "database/statement.hpp"

namespace gatehouse::database {

/// How a call of Database ended.
enum class CallOutcome : std::uint8_t {
  ok,
  violated,     ///< a constraint refused it
  unavailable,  ///< Unavailable was thrown
  failed,       ///< StatementFailed was thrown
};
inline constexpr std::size_t call_outcome_count = static_cast<std::size_t>(CallOutcome::failed) + 1;
[[nodiscard]] constexpr std::string_view to_text(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::ok:
      return "ok";
    case CallOutcome::violated:
      return "violated";
    case CallOutcome::unavailable:
      return "unavailable";
    case CallOutcome::failed:
      return "failed";
  }
  return "";
}

/// A query or a transaction that has ended.
struct EndedCall {
  const Statement& statement;  ///< of a transaction, the first
  std::chrono::nanoseconds duration;
  CallOutcome outcome;
  std::size_t rows;           ///< rows that it returned or touched
  const RequestScope* scope;  ///< the request it was made for; null: none
};

/// When the database's server read its clock, and this machine's time before and after that.
struct ServerTime {
  TimePoint read;
  TimePoint asked;
  TimePoint heard;
};

/// Is told of every call of every Database of a process, of what was committed, and of what the change feed received.
/// Called from any thread, several at once; it returns quickly and never throws.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void on_call(const EndedCall& /*call*/) noexcept {}
  virtual void on_occurrence(const Occurrence& /*occurrence*/) noexcept {}
  /// Called after the change observers have been told.
  virtual void on_heard(const HeardAnnouncement& /*heard*/) noexcept {}
  virtual void on_time(const ServerTime& /*time*/) noexcept {}
};

}  // namespace gatehouse::database
