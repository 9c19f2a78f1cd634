#include "database/postgres/sql_error.hpp"

#include <optional>

namespace gatehouse::database::postgres {

namespace {

using Reason = Unavailable::Reason;

/// Class 23, and a text that is longer than its column allows.
std::optional<Violation::Kind> violation_of(std::string_view state) {
  if (state == "23505") return Violation::Kind::unique;
  if (state == "23503" || state == "23001") return Violation::Kind::foreign_key;  // 23001: ON DELETE RESTRICT
  if (state == "23502") return Violation::Kind::not_null;
  if (state == "23514" || state == "22001") return Violation::Kind::check;
  if (state.starts_with("23")) return Violation::Kind::other;
  return std::nullopt;
}

std::optional<Reason> unavailable_of(std::string_view state) {
  if (state.starts_with("08")) return Reason::connection;  // connection exception
  if (state == "57P01" || state == "57P02" || state == "57P03" || state == "57P05") return Reason::connection;
  if (is_read_only(state)) return Reason::read_only;
  if (state == "57014") return Reason::deadline;                            // query_canceled
  if (state == "53100" || state.starts_with("58")) return Reason::storage;  // disk full, I/O error
  if (state.starts_with("53")) return Reason::overload;                     // other resources
  if (is_contention(state)) return Reason::overload;
  return std::nullopt;
}

}  // namespace

bool is_lock_timeout(std::string_view state) noexcept { return state == "55P03"; }

bool is_contention(std::string_view state) noexcept {
  return is_lock_timeout(state) || state == "40001" || state == "40P01";
}

bool is_read_only(std::string_view state) noexcept { return state == "25006"; }

Failure classify(const SqlError& error) {
  if (const auto kind = violation_of(error.state)) {
    return Violation{.kind = *kind,
                     .constraint = error.constraint,
                     .state = error.state,
                     .message = error.message,
                     .statement = error.statement};
  }
  const std::string text = error.state + ": " + error.message;
  if (const auto reason = unavailable_of(error.state)) return Unavailable{*reason, text};
  if (error.state == "22P05") return Unstorable{text};  // untranslatable_character
  return StatementFailed{text};
}

Violation violation_or_throw(const Failure& failure) {
  if (const auto* unavailable = std::get_if<Unavailable>(&failure)) throw Unavailable{*unavailable};
  if (const auto* failed = std::get_if<StatementFailed>(&failure)) throw StatementFailed{*failed};
  if (const auto* unstorable = std::get_if<Unstorable>(&failure)) throw Unstorable{*unstorable};
  return std::get<Violation>(failure);
}

Cure cure_for(std::string_view state) noexcept {
  if (state == "26000" || state == "0A000") return Cure::prepare_again;
  if (state == "40001" || state == "40P01") return Cure::run_later;
  return Cure::none;
}

}  // namespace gatehouse::database::postgres
