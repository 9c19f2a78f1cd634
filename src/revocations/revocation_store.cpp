#include "revocations/revocation_store.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace gatehouse::revocations {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Change;
using database::Changes;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Write;

// One statement, so that everything it returns is from the same moment.
constexpr Statement read_log{
    "revocations_read",
    "SELECT log.last_position, log.last_at, log.deleted_position, log.deleted_at, "
    "EXISTS (SELECT 1 FROM revocations WHERE position IS NULL), "
    "(SELECT max(ttl) FROM token_lifetimes WHERE tokens_until > $3), one.position, one.at, one.kind, "
    "one.subject "
    "FROM revocation_order AS log LEFT JOIN (SELECT position, at, kind, subject FROM revocations "
    "WHERE position >= $1 ORDER BY position LIMIT $2) AS one ON true ORDER BY one.position"};

constexpr Statement read_part{"revocations_part",
                              "SELECT position, at, kind, subject FROM revocations WHERE position > $1 "
                              "AND position <= $2 AND at > $3 ORDER BY position LIMIT $4"};

// Nobody remembers the log: the write that revokes announces what it revokes. The first statement makes others who
// assign positions wait for the end of the transaction.
constexpr Write lock_order{"revocation_order_lock", "UPDATE revocation_order SET ordered_at = $1 WHERE id = 1",
                           announces_nothing};

constexpr Write note_ttl{"token_lifetimes_note",
                         "INSERT INTO token_lifetimes (ttl, tokens_until) VALUES ($1, $2) "
                         "ON CONFLICT (ttl) DO UPDATE SET tokens_until = excluded.tokens_until",
                         announces_nothing};

constexpr Write order_rows{
    "revocations_order",
    "UPDATE revocations SET position = placed.position FROM (SELECT id, (SELECT last_position FROM revocation_order) "
    "+ row_number() OVER (ORDER BY id) AS position FROM revocations WHERE position IS NULL ORDER BY id LIMIT $1) "
    "AS placed WHERE revocations.id = placed.id",
    announces_nothing};

constexpr Write note_last{"revocation_order_note_last",
                          "UPDATE revocation_order SET last_position = newest.position, last_at = newest.at FROM "
                          "(SELECT position, at FROM revocations WHERE position IS NOT NULL "
                          "ORDER BY position DESC LIMIT 1) AS newest WHERE newest.position > last_position",
                          announces_nothing};

constexpr Write note_deleted{"revocation_order_note_deleted",
                             "UPDATE revocation_order SET deleted_position = newest.position, deleted_at = newest.at "
                             "FROM (SELECT position, at FROM revocations WHERE at <= $1 AND position IS NOT NULL "
                             "ORDER BY position DESC LIMIT 1) AS newest WHERE newest.position > deleted_position "
                             "AND EXISTS (SELECT 1 FROM leases WHERE name = $2 AND holder = $3)",
                             announces_nothing};

constexpr Write delete_old{"revocations_delete_old",
                           "DELETE FROM revocations WHERE at <= $1 AND id IN "
                           "(SELECT id FROM revocations WHERE at <= $1 AND position IS NOT NULL ORDER BY at LIMIT $2) "
                           "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
                           announces_nothing};

/// The table allows no other kinds.
Kind kind_of(std::string_view text) {
  return static_cast<Kind>(std::ranges::find(kind_texts, text) - kind_texts.begin());
}

Place place_of(const Row& row, std::size_t column) {
  return {.position = row.integer(column), .at = row.time(column + 1)};
}

/// From the columns position, at, kind, subject.
Revocation revocation_of(const Row& row, std::size_t column) {
  return {.place = place_of(row, column),
          .kind = kind_of(row.text(column + 2)),
          .subject = std::string{row.text(column + 3)},
          .until = {}};
}

}  // namespace

Task<Reading> RevocationStore::read(std::int64_t from_position, std::int64_t limit, TimePoint now) {
  Parameters parameters{from_position, limit, now};
  const Rows rows = co_await database_.query(read_log, std::move(parameters));
  if (rows.empty()) throw database::StatementFailed{"the row of revocation_order was deleted"};
  Reading reading;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    reading.last = place_of(row, 0);
    reading.deleted = place_of(row, 2);
    reading.has_unordered = row.integer(4) != 0;
    if (!row.is_null(5)) reading.token_ttl = std::chrono::seconds{row.integer(5)};
    if (!row.is_null(6)) reading.rows.push_back(revocation_of(row, 6));
  }
  co_return reading;
}

Task<std::vector<Revocation>> RevocationStore::part(std::int64_t after, std::int64_t last, TimePoint since,
                                                    std::int64_t limit) {
  Parameters parameters{after, last, since, limit};
  const Rows rows = co_await database_.query(read_part, std::move(parameters));
  std::vector<Revocation> revocations;
  revocations.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) revocations.push_back(revocation_of(rows[i], 0));
  co_return revocations;
}

/// Noted once a minute; a late job must not make the time too short, hence the slack.
Change<void> RevocationStore::note_token_ttl(std::chrono::seconds ttl, TimePoint now) {
  constexpr std::chrono::minutes slack{5};
  return {note_ttl, {static_cast<std::int64_t>(ttl.count()), now + ttl + slack}};
}

void RevocationStore::order(Changes& changes, TimePoint now) {
  changes.add(Change<void>{lock_order, {now}});
  changes.add(Change<void>{order_rows, {order_rows_max}});
  changes.add(Change<void>{note_last, {}});
}

database::ResultOf<std::int64_t> RevocationStore::forget(Changes& changes, TimePoint until, database::HeldLease lease) {
  changes.add(Change<void>{note_deleted, {until, lease.name, lease.holder}});
  return changes.add(Change<std::int64_t>{
      delete_old, {until, cleanup_rows_max, std::move(lease.name), std::move(lease.holder)}, affected_rows});
}

}  // namespace gatehouse::revocations
