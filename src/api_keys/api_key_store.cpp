#include "api_keys/api_key_store.hpp"

#include <utility>

#include "api_keys/scope_list.hpp"
#include "api_keys/topics.hpp"

namespace gatehouse::api_keys {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Blob;
using database::Change;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Value;
using database::Write;

/// More than insert() allows, because several at the same moment may exceed keys_max.
constexpr std::int64_t keys_read_max = 2 * keys_max;

constexpr Statement list_keys{
    "api_keys_list",
    "SELECT id, public_id, name, scopes, tells_client, created_at, created_by, "
    "previous_until, expires_at, last_used_at, secret_hash, previous_hash FROM api_keys "
    "WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1) ORDER BY id LIMIT $2"};

constexpr Statement find_key{"api_keys_find",
                             "SELECT id, public_id, name, scopes, tells_client, created_at, created_by, "
                             "previous_until, expires_at, last_used_at FROM api_keys "
                             "WHERE public_id = $1 AND revoked_at IS NULL"};

constexpr Write insert_key{
    "api_keys_insert",
    "INSERT INTO api_keys (public_id, name, scopes, tells_client, secret_hash, created_at, created_by, expires_at) "
    "VALUES ($1, $2, $3, $4 <> 0, CASE WHEN (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL "
    "AND (expires_at IS NULL OR expires_at > $6)) < $9 THEN $5 ELSE $10 END, $6, $7, $8)",
    key_topic};

constexpr Write rotate_key{"api_keys_rotate",
                           "UPDATE api_keys SET previous_hash = secret_hash, previous_until = $3, secret_hash = "
                           "CASE WHEN revoked_at IS NULL THEN $2 ELSE $4 END WHERE id = $1",
                           key_topic};

constexpr Write revoke_key{"api_keys_revoke",
                           "UPDATE api_keys SET revoked_at = $2, secret_hash = "
                           "CASE WHEN revoked_at IS NULL THEN secret_hash ELSE $3 END WHERE id = $1",
                           key_topic};

// No decision depends on when a key was last used.
constexpr Write note_key_use{"api_keys_note_use",
                             "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 "
                             "AND (last_used_at IS NULL OR last_used_at <= $3)",
                             announces_nothing};

// Whoever remembers such a key already knows that it has ended.
constexpr Write delete_ended_keys{"api_keys_delete_ended",
                                  "DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys "
                                  "WHERE revoked_at <= $1 OR expires_at <= $1 ORDER BY id LIMIT $2) "
                                  "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
                                  announces_nothing};

/// A value that the table refuses as a hash.
Blob no_hash() { return {}; }

/// A scope that only a later version knows is left out.
ApiKey key_of(const Row& row) {
  return {.id = ApiKeyId{row.integer(0)},
          .public_id = std::string{row.text(1)},
          .name = std::string{row.text(2)},
          .scopes = read_scopes(row.text(3)).known,
          .tells_client = row.integer(4) != 0,
          .created_at = row.time(5),
          .created_by = std::string{row.text(6)},
          .previous_until = row.nullable_time(7),
          .expires_at = row.nullable_time(8),
          .last_used_at = row.nullable_time(9)};
}

}  // namespace

Task<std::vector<StoredKey>> ApiKeyStore::list(TimePoint now) {
  Parameters parameters{now, keys_read_max};
  const Rows rows = co_await database_.query(list_keys, std::move(parameters));
  std::vector<StoredKey> keys;
  keys.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    keys.push_back({.key = key_of(row), .hash = std::string{row.text(10)}, .previous_hash = row.nullable_text(11)});
  }
  co_return keys;
}

Task<std::optional<ApiKey>> ApiKeyStore::find(std::string public_id) {
  Parameters parameters{std::move(public_id)};
  const Rows rows = co_await database_.query(find_key, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return key_of(rows[0]);
}

Change<void> ApiKeyStore::insert(NewApiKey key) {
  const Value expires_at = key.expires_at ? Value{*key.expires_at} : Value{std::monostate{}};
  return {insert_key,
          new_key,
          {std::move(key.public_id), std::move(key.name), to_text(key.scopes), std::int64_t{key.tells_client ? 1 : 0},
           Blob{std::move(key.hash)}, key.created_at, std::move(key.created_by), expires_at, keys_max, no_hash()}};
}

Change<void> ApiKeyStore::rotate(ApiKeyId id, Rotation rotation) {
  return {rotate_key, id, {id.value, Blob{std::move(rotation.hash)}, rotation.previous_until, no_hash()}};
}

Change<void> ApiKeyStore::revoke(ApiKeyId id, TimePoint now) { return {revoke_key, id, {id.value, now, no_hash()}}; }

Change<void> ApiKeyStore::note_use(KeyUse use) {
  return {note_key_use, {use.id.value, use.at, TimePoint{use.at - use_interval}}};
}

Change<std::int64_t> ApiKeyStore::delete_ended(TimePoint now, database::HeldLease lease) {
  return {delete_ended_keys,
          {TimePoint{now - keeping_time}, cleanup_keys_max, std::move(lease.name), std::move(lease.holder)},
          affected_rows};
}

}  // namespace gatehouse::api_keys
