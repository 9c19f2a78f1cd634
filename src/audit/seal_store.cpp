#include "audit/seal_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/calendar.hpp"

namespace gatehouse::audit {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Blob;
using database::Change;
using database::Changes;
using database::Row;
using database::Rows;
using database::Statement;
using database::Value;
using database::Write;

constexpr Statement last_seal{"audit_last_seal",
                              "SELECT seq, position_from, position_to, count, root, previous, sealed_at, key_id, "
                              "signature, pruned_at FROM audit_seals ORDER BY seq DESC LIMIT 1"};

constexpr Statement find_seal{"audit_find_seal",
                              "SELECT seq, position_from, position_to, count, root, previous, sealed_at, key_id, "
                              "signature, pruned_at FROM audit_seals WHERE seq = $1"};

constexpr Statement next_seals{"audit_next_seals",
                               "SELECT seq, position_from, position_to, count, root, previous, sealed_at, key_id, "
                               "signature, pruned_at FROM audit_seals WHERE seq > $1 ORDER BY seq LIMIT 1000"};

constexpr Statement find_leaves{"audit_find_leaves", "SELECT leaves FROM audit_seal_leaves WHERE seq = $1"};

// page_rows is a literal here: with a parameter PostgreSQL would plan for many rows, and read the whole table.
constexpr Statement events_to_seal{"audit_events_to_seal",
                                   "SELECT position, id, at, type, outcome, reason, actor_kind, actor, user_id, "
                                   "session_id, request_id, address, user_agent, details FROM audit_rows "
                                   "WHERE (position, id) > ($1, $2) AND position <= $3 "
                                   "ORDER BY position, id LIMIT 2000"};

constexpr Statement read_horizon{"audit_read_horizon", "SELECT settled, coming FROM audit_horizon"};

constexpr Statement first_event_behind{"audit_first_event_behind",
                                       "SELECT at FROM audit_rows WHERE position > $1 ORDER BY position, id LIMIT 1"};

constexpr Write insert_seal{"audit_insert_seal",
                            "INSERT INTO audit_seals (seq, position_from, position_to, count, root, previous, "
                            "sealed_at, key_id, signature) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM leases "
                            "WHERE name = $10 AND holder = $11 AND NOT EXISTS "
                            "(SELECT 1 FROM audit_seals WHERE seq >= $1)",
                            announces_nothing};

// Follows insert_seal, and inserts nothing if that inserted no seal.
constexpr Write insert_leaves{"audit_insert_leaves",
                              "INSERT INTO audit_seal_leaves (seq, leaves) SELECT seq, $1 FROM audit_seals "
                              "WHERE seq = $2 AND root = $3 AND previous = $4 AND sealed_at = $5 AND EXISTS "
                              "(SELECT 1 FROM leases WHERE name = $6 AND holder = $7) AND NOT EXISTS "
                              "(SELECT 1 FROM audit_seal_leaves WHERE seq = $2)",
                              announces_nothing};

constexpr Statement oldest_unpruned{"audit_oldest_unpruned",
                                    "SELECT seq, position_from, position_to FROM audit_seals "
                                    "WHERE pruned_at IS NULL AND sealed_at < $1 ORDER BY seq LIMIT 1"};

// The count keeps PostgreSQL from searching for the greatest id from the end of the table.
constexpr Statement ids_of_positions{"audit_ids_of_positions",
                                     "SELECT count(*), min(id), max(id) FROM audit_rows "
                                     "WHERE position >= $1 AND position <= $2"};

constexpr Write delete_leaves{"audit_delete_leaves",
                              "DELETE FROM audit_seal_leaves WHERE seq = $1 "
                              "AND EXISTS (SELECT 1 FROM audit_seals WHERE seq = $1 AND pruned_at IS NULL) "
                              "AND EXISTS (SELECT 1 FROM leases WHERE name = $2 AND holder = $3)",
                              announces_nothing};

constexpr Write mark_pruned{"audit_mark_pruned",
                            "UPDATE audit_seals SET pruned_at = $1 WHERE seq = $2 AND pruned_at IS NULL "
                            "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
                            announces_nothing};

// The positions of pruned events are known from their seals.
constexpr Statement greatest_positions{"audit_greatest_positions",
                                       "SELECT (SELECT max(position) FROM audit_rows), "
                                       "(SELECT position_to FROM audit_seals WHERE seq = (SELECT max(seq) FROM "
                                       "audit_seals))"};

constexpr Write raise_base{"audit_raise_base",
                           "INSERT INTO audit_position_bases (base) VALUES ($1) ON CONFLICT DO NOTHING",
                           announces_nothing};

/// All zeros, which match no hash, if the number of bytes is wrong.
Hash read_hash(std::string_view bytes) {
  Hash hash{};
  if (bytes.size() == hash.size()) std::ranges::copy(bytes, hash.begin());
  return hash;
}

Seal read_seal(const Row& row) {
  const auto pruned_at = row.nullable_time(9);
  return {.number = row.integer(0),
          .from = row.integer(1),
          .to = row.integer(2),
          .count = row.integer(3),
          .root = read_hash(row.text(4)),
          .previous = read_hash(row.text(5)),
          .sealed_at = within_calendar(row.time(6)),
          .key_id = row.nullable_text(7),
          .signature = row.nullable_text(8).value_or(std::string{}),
          .pruned_at = pruned_at.transform(within_calendar)};
}

std::optional<Seal> first_seal(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read_seal(rows[0]);
}

std::optional<std::string_view> text_or_nothing(const Row& row, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  return row.text(column);
}

template <class Id>
std::optional<Id> id_or_nothing(const Row& row, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  return Id{row.integer(column)};
}

Blob blob_of(const Hash& hash) { return {std::string{bytes_of(hash)}}; }

}  // namespace

Task<std::optional<Seal>> SealStore::last() {
  const Rows rows = co_await database_.query(last_seal, {});
  co_return first_seal(rows);
}

Task<std::optional<Seal>> SealStore::find(std::int64_t number) {
  database::Parameters parameters{number};
  const Rows rows = co_await database_.query(find_seal, std::move(parameters));
  co_return first_seal(rows);
}

Task<std::vector<Seal>> SealStore::seals_after(std::int64_t number) {
  database::Parameters parameters{number};
  const Rows rows = co_await database_.query(next_seals, std::move(parameters));
  std::vector<Seal> seals;
  seals.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) seals.push_back(read_seal(rows[i]));
  co_return seals;
}

Task<std::optional<LeafList>> SealStore::leaves(std::int64_t number) {
  database::Parameters parameters{number};
  const Rows rows = co_await database_.query(find_leaves, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return LeafList{std::string{rows[0].text(0)}};
}

Task<Rows> SealStore::events(SealingPlace after, std::int64_t to) {
  database::Parameters parameters{after.position, after.id.value, to};
  return database_.query(events_to_seal, std::move(parameters));
}

EventView SealStore::event_of(const Row& row) {
  return {.position = row.integer(0),
          .id = EventId{row.integer(1)},
          .at = row.time(2),
          .type = row.text(3),
          .outcome = row.text(4),
          .reason = text_or_nothing(row, 5),
          .actor_kind = row.text(6),
          .actor = text_or_nothing(row, 7),
          .user = id_or_nothing<UserId>(row, 8),
          .session = id_or_nothing<SessionId>(row, 9),
          .request_id = text_or_nothing(row, 10),
          .address = text_or_nothing(row, 11),
          .user_agent = text_or_nothing(row, 12),
          .details = text_or_nothing(row, 13)};
}

Task<SealStore::Horizon> SealStore::horizon() {
  const Rows rows = co_await database_.query(read_horizon, {});
  if (rows.empty()) throw std::logic_error("audit_horizon has no row");
  co_return Horizon{.settled = rows[0].integer(0), .coming = rows[0].integer(1)};
}

Task<std::int64_t> SealStore::settled() {
  const Horizon now = co_await horizon();
  co_return now.settled - 1;
}

Task<std::optional<TimePoint>> SealStore::first_behind(std::int64_t position) {
  database::Parameters parameters{position};
  const Rows rows = co_await database_.query(first_event_behind, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return within_calendar(rows[0].time(0));
}

database::ResultOf<std::int64_t> SealStore::add(Changes& changes, const Seal& seal, LeafList leaves,
                                                const database::HeldLease& lease) {
  Value signature = seal.key_id ? Value{Blob{seal.signature}} : Value{};
  Change<std::int64_t> insertion{
      insert_seal,
      {seal.number, seal.from, seal.to, seal.count, blob_of(seal.root), blob_of(seal.previous), seal.sealed_at,
       database::nullable(seal.key_id), std::move(signature), lease.name, lease.holder},
      affected_rows};
  const auto added = changes.add(std::move(insertion));
  changes.add(Change<void>{insert_leaves,
                           {Blob{std::move(leaves).bytes()}, seal.number, blob_of(seal.root), blob_of(seal.previous),
                            seal.sealed_at, lease.name, lease.holder}});
  return added;
}

Task<std::optional<PrunableSeal>> SealStore::find_prunable(TimePoint before) {
  database::Parameters parameters{before};
  const Rows seals = co_await database_.query(oldest_unpruned, std::move(parameters));
  if (seals.empty()) co_return std::nullopt;
  PrunableSeal seal{.number = seals[0].integer(0), .from = seals[0].integer(1), .to = seals[0].integer(2)};
  database::Parameters range{seal.from, seal.to};
  const Rows ids = co_await database_.query(ids_of_positions, std::move(range));
  if (ids[0].integer(0) > 0) {
    seal.first = EventId{ids[0].integer(1)};
    seal.last = EventId{ids[0].integer(2)};
  }
  co_return seal;
}

database::ResultOf<std::int64_t> SealStore::add_marking(Changes& changes, const PrunableSeal& seal, TimePoint now,
                                                        const database::HeldLease& lease) {
  changes.add(Change<void>{delete_leaves, {seal.number, lease.name, lease.holder}});
  Change<std::int64_t> marking{mark_pruned, {now, seal.number, lease.name, lease.holder}, affected_rows};
  return changes.add(std::move(marking));
}

Task<bool> SealStore::raise_positions() {
  const Rows rows = co_await database_.query(greatest_positions, {});
  const std::int64_t stored = rows[0].is_null(0) ? 0 : rows[0].integer(0);
  const std::int64_t sealed = rows[0].is_null(1) ? 0 : rows[0].integer(1);
  const std::int64_t greatest = std::max(stored, sealed);
  // Read after the positions: everything that this cluster had stored by then is below `coming`.
  const Horizon now = co_await horizon();
  if (greatest < now.coming) co_return false;
  Change<std::int64_t> raising{raise_base, {greatest}, affected_rows};
  const std::int64_t raised = co_await database_.commit(std::move(raising));
  co_return raised > 0;
}

}  // namespace gatehouse::audit
