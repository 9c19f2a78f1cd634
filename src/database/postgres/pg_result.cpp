#include "database/postgres/pg_result.hpp"

#include <charconv>

#include "database/postgres/binary_format.hpp"
#include "database/postgres/libpq.hpp"

namespace gatehouse::database::postgres {

namespace {

std::int64_t affected_rows(pg_result* result) {
  const std::string_view text = libpq().PQcmdTuples(result);
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

/// Appends one value; false for a type no store uses.
bool add_cell(Rows& rows, TypeOid type, std::string_view bytes) {
  switch (type) {
    case TypeOid::boolean:
    case TypeOid::int2:
    case TypeOid::int4:
    case TypeOid::int8:
      rows.add_integer(read_integer(bytes));
      return true;
    case TypeOid::timestamp:
    case TypeOid::timestamptz:
      rows.add_integer(to_unix_us_from_postgres(read_integer(bytes)));
      return true;
    case TypeOid::text:
    case TypeOid::varchar:
    case TypeOid::bpchar:
    case TypeOid::name:
    case TypeOid::bytea:
      rows.add_text(bytes);
      return true;
    case TypeOid::void_type:
      rows.add_null();
      return true;
    case TypeOid::unknown:
      break;
  }
  return false;
}

std::string_view field_or_empty(const pg_result* result, int field) {
  const char* text = libpq().PQresultErrorField(result, field);
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

/// What identifies a constraint: its name, or for NOT NULL, which has none, its column, as in SQLite.
std::string constraint_of(const pg_result* result) {
  const auto name = field_or_empty(result, PG_DIAG_CONSTRAINT_NAME);
  const auto column = field_or_empty(result, PG_DIAG_COLUMN_NAME);
  if (!name.empty() || column.empty()) return std::string{name};
  return std::string{field_or_empty(result, PG_DIAG_TABLE_NAME)} + "." + std::string{column};
}

}  // namespace

void PgResult::Clear::operator()(pg_result* result) const noexcept { libpq().PQclear(result); }

PgResult::Kind PgResult::kind() const noexcept {
  if (!result_) return Kind::nothing;
  switch (libpq().PQresultStatus(result_.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      return Kind::done;
    case PGRES_COPY_IN:
      return Kind::copying;
    case PGRES_PIPELINE_SYNC:
      return Kind::end_of_group;
    case PGRES_PIPELINE_ABORTED:
      return Kind::skipped;
    default:
      return Kind::failed;
  }
}

std::expected<Rows, SqlError> PgResult::rows() const {
  const Libpq& pq = libpq();
  auto* result = result_.get();
  const int columns = pq.PQnfields(result);
  const int count = pq.PQntuples(result);
  Rows rows{static_cast<std::size_t>(columns)};
  rows.reserve(static_cast<std::size_t>(count));
  for (int row = 0; row < count; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (pq.PQgetisnull(result, row, column) == 1) {
        rows.add_null();
        continue;
      }
      const auto length = static_cast<std::size_t>(pq.PQgetlength(result, row, column));
      const auto oid = pq.PQftype(result, column);
      if (!add_cell(rows, static_cast<TypeOid>(oid), {pq.PQgetvalue(result, row, column), length})) {
        return std::unexpected(SqlError{"42804", "no store reads columns of type " + std::to_string(oid)});
      }
    }
  }
  rows.set_affected(affected_rows(result));
  return rows;
}

SqlError PgResult::error() const {
  const auto state = field_or_empty(result_.get(), PG_DIAG_SQLSTATE);
  if (!state.empty()) {
    return {.state = std::string{state},
            .message = std::string{field_or_empty(result_.get(), PG_DIAG_MESSAGE_PRIMARY)},
            .constraint = constraint_of(result_.get()),
            .detail = std::string{field_or_empty(result_.get(), PG_DIAG_MESSAGE_DETAIL)}};
  }
  // libpq itself reports a lost connection this way, without a SQLSTATE.
  return {"08006", libpq().PQresultErrorMessage(result_.get())};
}

}  // namespace gatehouse::database::postgres
