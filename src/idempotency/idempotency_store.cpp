#include "idempotency/idempotency_store.hpp"

#include <utility>

namespace gatehouse::idempotency {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Blob;
using database::Change;
using database::nullable;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Value;
using database::Write;

// Nobody remembers a row: each request with a key asks the database.
constexpr Statement find_request{"idempotency_keys_find",
                                 "SELECT fingerprint, state, status, resource_id, secret, created_at, expires_at "
                                 "FROM idempotency_keys WHERE principal = $1 AND key = $2"};

// If many try at once, one of them inserts, and the others neither write nor lock anything.
constexpr Write insert_running{
    "idempotency_keys_insert",
    "INSERT INTO idempotency_keys (principal, key, fingerprint, holder, state, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT (principal, key) DO NOTHING RETURNING state",
    announces_nothing};

constexpr Write take_over_expired{
    "idempotency_keys_take_over",
    "UPDATE idempotency_keys SET fingerprint = $3, holder = $4, state = 0, status = NULL, resource_id = NULL, "
    "secret = NULL, created_at = $5, expires_at = $6 WHERE principal = $1 AND key = $2 AND expires_at <= $5 "
    "RETURNING state",
    announces_nothing};

// Also inserts, if the row is gone because its time was over: there must be one wherever the work was done.
constexpr Write finish_running{
    "idempotency_keys_finish",
    "INSERT INTO idempotency_keys (principal, key, fingerprint, holder, state, status, resource_id, secret, "
    "created_at, expires_at) VALUES ($1, $2, $3, $4, 1, $7, (SELECT id FROM users WHERE email = $8), $9, $5, $6) "
    "ON CONFLICT (principal, key) DO UPDATE SET state = CASE WHEN idempotency_keys.state = 0 "
    "AND idempotency_keys.holder = excluded.holder THEN 1 ELSE 2 END, status = excluded.status, "
    "resource_id = excluded.resource_id, secret = excluded.secret, created_at = excluded.created_at, "
    "expires_at = excluded.expires_at",
    announces_nothing};

constexpr Write release_running{
    "idempotency_keys_release",
    "DELETE FROM idempotency_keys WHERE principal = $1 AND key = $2 AND holder = $3 AND state = 0", announces_nothing};

constexpr Write delete_expired_rows{
    "idempotency_keys_delete_expired",
    "DELETE FROM idempotency_keys WHERE expires_at <= $1 AND (principal, key) IN "
    "(SELECT principal, key FROM idempotency_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) "
    "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
    announces_nothing};

/// The parameters $1 to $6.
Parameters row_of(const Attempt& attempt, std::string mark, const Span& span) {
  return {attempt.request.principal, attempt.request.key, Blob{std::move(mark)},
          Blob{attempt.holder},      span.from,           span.until};
}

bool has_row(const Rows& rows) { return !rows.empty(); }

StoredRequest read_request(const Row& row) {
  const bool is_done = row.integer(1) != 0;
  return {.mark = std::string{row.text(0)},
          .is_done = is_done,
          .status = is_done ? row.integer(2) : 0,
          .resource_id = row.is_null(3) ? std::nullopt : std::optional{row.integer(3)},
          .sealed_answer = row.nullable_text(4),
          .done_at = row.time(5),
          .expires_at = row.time(6)};
}

}  // namespace

Task<std::optional<StoredRequest>> IdempotencyStore::find(KeyedRequest request) {
  Parameters parameters{std::move(request.principal), std::move(request.key)};
  const Rows rows = co_await database_.query(find_request, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return read_request(rows[0]);
}

Change<bool> IdempotencyStore::insert(const Attempt& attempt, std::string mark, Span running) {
  return {insert_running, row_of(attempt, std::move(mark), running), has_row};
}

Change<bool> IdempotencyStore::take_over(const Attempt& attempt, std::string mark, Span running) {
  return {take_over_expired, row_of(attempt, std::move(mark), running), has_row};
}

Change<void> IdempotencyStore::finish(const Attempt& attempt, std::string mark, Outcome outcome) {
  Parameters parameters = row_of(attempt, std::move(mark), outcome.kept);
  parameters.emplace_back(attempt.request.status);
  parameters.push_back(nullable(std::move(outcome.user_email)));
  parameters.push_back(outcome.sealed_answer ? Value{Blob{*std::move(outcome.sealed_answer)}} : Value{});
  return {finish_running, std::move(parameters)};
}

Change<void> IdempotencyStore::release(const Attempt& attempt) {
  return {release_running, {attempt.request.principal, attempt.request.key, Blob{attempt.holder}}};
}

Change<std::int64_t> IdempotencyStore::delete_expired(TimePoint now, database::HeldLease lease) {
  return {delete_expired_rows, {now, cleanup_rows_max, std::move(lease.name), std::move(lease.holder)}, affected_rows};
}

}  // namespace gatehouse::idempotency
