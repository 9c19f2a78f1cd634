#include "signing_keys/signing_key_store.hpp"

#include <algorithm>
#include <utility>

#include "signing_keys/topics.hpp"

namespace gatehouse::signing_keys {
namespace {

using database::affected_rows;
using database::Blob;
using database::Change;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Write;

constexpr Statement list_keys{"signing_keys_list",
                              "SELECT kid, alg, state, public_jwk, private_sealed, created_at, current_from, "
                              "retired_at, drop_at FROM signing_keys ORDER BY created_at, kid"};

constexpr Write insert_key{
    "signing_keys_insert",
    "INSERT INTO signing_keys (kid, alg, state, public_jwk, private_sealed, created_at) VALUES "
    "($1, $2, CASE WHEN (SELECT count(*) FROM signing_keys) < $6 THEN 'next' ELSE 'refused' END, "
    "$3, $4, $5)",
    signing_key_topic};

constexpr Write retire_current_key{"signing_keys_retire_current",
                                   "UPDATE signing_keys SET state = 'retired', retired_at = $2, drop_at = $3, "
                                   "private_sealed = NULL WHERE state = 'current' AND kid <> $1",
                                   signing_key_topic};

constexpr Write make_key_current{"signing_keys_make_current",
                                 "UPDATE signing_keys SET state = CASE WHEN state = 'next' AND created_at <= $3 "
                                 "THEN 'current' ELSE 'refused' END, current_from = $2 WHERE kid = $1",
                                 signing_key_topic};

constexpr Write retire_key{"signing_keys_retire",
                           "UPDATE signing_keys SET state = CASE WHEN state IN ('next', 'current') THEN 'retired' "
                           "ELSE 'refused' END, retired_at = $2, drop_at = $3, private_sealed = NULL WHERE kid = $1",
                           signing_key_topic};

constexpr Write revoke_key{"signing_keys_revoke",
                           "UPDATE signing_keys SET state = CASE WHEN state = 'revoked' THEN 'refused' "
                           "ELSE 'revoked' END, retired_at = $2, drop_at = $3, private_sealed = NULL WHERE kid = $1",
                           signing_key_topic};

constexpr Write drop_keys{"signing_keys_drop", "DELETE FROM signing_keys WHERE drop_at <= $1", signing_key_topic};

/// The table allows no other states and algorithms.
KeyState state_of(std::string_view text) {
  const auto found = std::ranges::find(state_texts, text);
  return static_cast<KeyState>(found - state_texts.begin());
}

StoredKey key_of(const Row& row) {
  return {.kid = std::string{row.text(0)},
          .algorithm = jose::read_algorithm(row.text(1)).value(),
          .state = state_of(row.text(2)),
          .public_jwk = std::string{row.text(3)},
          .sealed_private = row.nullable_text(4),
          .created_at = row.time(5),
          .current_from = row.nullable_time(6),
          .retired_at = row.nullable_time(7),
          .drop_at = row.nullable_time(8)};
}

Change<void> end_of(const Write<KeyRingId>& write, std::string kid, const KeyEnd& end) {
  return {write, the_key_ring, {std::move(kid), end.at, end.drop_at}};
}

}  // namespace

Task<std::vector<StoredKey>> SigningKeyStore::list() {
  Parameters none;
  const Rows rows = co_await database_.query(list_keys, std::move(none));
  std::vector<StoredKey> keys;
  keys.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) keys.push_back(key_of(rows[i]));
  co_return keys;
}

Change<void> SigningKeyStore::insert(NewKey key) {
  return {insert_key,
          the_key_ring,
          {std::move(key.kid), std::string{jose::to_text(key.algorithm)}, std::move(key.public_jwk),
           Blob{std::move(key.sealed_private)}, key.created_at, keys_max}};
}

Change<void> SigningKeyStore::retire_current(std::string kid, KeyEnd end) {
  return end_of(retire_current_key, std::move(kid), end);
}

Change<void> SigningKeyStore::make_current(std::string kid, TimePoint now, TimePoint created_by) {
  return {make_key_current, the_key_ring, {std::move(kid), now, created_by}};
}

Change<void> SigningKeyStore::retire(std::string kid, KeyEnd end) { return end_of(retire_key, std::move(kid), end); }

Change<void> SigningKeyStore::revoke(std::string kid, KeyEnd end) { return end_of(revoke_key, std::move(kid), end); }

Change<std::int64_t> SigningKeyStore::drop(TimePoint now) { return {drop_keys, the_key_ring, {now}, affected_rows}; }

}  // namespace gatehouse::signing_keys
