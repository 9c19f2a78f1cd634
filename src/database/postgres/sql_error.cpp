#include "database/postgres/sql_error.hpp"

#include <optional>

namespace gatehouse::database::postgres {

namespace {

using Reason = Unavailable::Reason;

std::optional<Violation> violation_of(std::string_view state) {
  if (state == "23505") return Violation::unique;
  if (state == "23503") return Violation::foreign_key;
  if (state == "23502" || state == "23514" || state == "22001") return Violation::not_null_or_check;
  return std::nullopt;
}

std::optional<Reason> unavailable_of(std::string_view state) {
  if (state.starts_with("08")) return Reason::connection;  // connection exception
  if (state == "57P01" || state == "57P02" || state == "57P03" || state == "57P05") return Reason::connection;
  if (is_read_only(state)) return Reason::connection;
  if (state == "57014") return Reason::deadline;                                          // query_canceled
  if (state == "53100" || state.starts_with("58")) return Reason::storage;                // disk full, I/O error
  if (state.starts_with("53")) return Reason::overload;                                   // other resources
  if (state == "55P03" || state == "40001" || state == "40P01") return Reason::overload;  // contention
  return std::nullopt;
}

}  // namespace

bool is_read_only(std::string_view state) noexcept { return state == "25006"; }

Failure classify(const SqlError& error) {
  if (const auto violation = violation_of(error.state)) return *violation;
  const std::string text = error.state + ": " + error.message;
  if (const auto reason = unavailable_of(error.state)) return Unavailable{*reason, text};
  return StatementFailed{text};
}

Violation violation_or_throw(const Failure& failure) {
  if (const auto* unavailable = std::get_if<Unavailable>(&failure)) throw Unavailable{*unavailable};
  if (const auto* failed = std::get_if<StatementFailed>(&failure)) throw StatementFailed{*failed};
  return std::get<Violation>(failure);
}

Cure cure_for(std::string_view state) noexcept {
  if (state == "26000" || state == "0A000") return Cure::prepare_again;
  if (state == "40001" || state == "40P01") return Cure::run_later;
  return Cure::none;
}

}  // namespace gatehouse::database::postgres
