#include "database/schema/sql_literals.hpp"

#include "base/text.hpp"

namespace gatehouse::database::schema {

std::string name_literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    literal += c;
    if (c == '\'') literal += c;
  }
  return literal + '\'';
}

std::string text_literal(std::string_view text, Dialect dialect) {
  return dialect == Dialect::postgres ? "convert_from(decode('" + to_hex(text) + "', 'hex'), 'UTF8')"
                                      : "CAST(x'" + to_hex(text) + "' AS TEXT)";
}

std::string time_literal(TimePoint time, Dialect dialect) {
  if (dialect == Dialect::sqlite) return std::to_string(to_unix_us(time));
  return "TIMESTAMPTZ '" + to_iso8601(time) + "'";
}

}  // namespace gatehouse::database::schema
