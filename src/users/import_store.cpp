#include "users/import_store.hpp"

#include <utility>

#include "users/email.hpp"

namespace gatehouse::users {

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

namespace {

constexpr Statement create_staged_users{
    "imports_create_staged",
    "CREATE TEMPORARY TABLE IF NOT EXISTS staged_users (place bigint, email text, email_key text, canonical_of text, "
    "canonical_email text, first_name text, last_name text, password_hash text, salt text, is_verified bigint, "
    "created_at timestamptz, is_disabled bigint, locale text, user_id bigint, ends_sessions bigint)"};

constexpr Statement clear_staged_users{"imports_clear_staged", "DELETE FROM staged_users"};

constexpr Statement insert_staged_user{
    "imports_stage",
    "INSERT INTO staged_users (place, email, email_key, canonical_of, canonical_email, first_name, last_name, "
    "password_hash, salt, is_verified, created_at, is_disabled, locale) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};

// Nobody caches imports, and only its own transaction sees a staged user, so no write here announces anything.

constexpr Statement find_import{
    "imports_find",
    "SELECT id, bytes_done, lines_done, records_done, accepted, refused, completed_at FROM imports "
    "WHERE file_sha256 = $1 AND on_conflict = $2 ORDER BY id DESC LIMIT 1"};

constexpr Write begin_import{"imports_begin",
                             "INSERT INTO imports (file_sha256, on_conflict, bytes_done, lines_done, records_done, "
                             "accepted, refused, started_at, updated_at) VALUES ($1, $2, 0, 0, 0, 0, 0, $3, $3) "
                             "RETURNING id, bytes_done, lines_done, records_done, accepted, refused, completed_at",
                             announces_nothing};

// Each address is looked up separately, because nobody knows how many there are: this way an index answers in any case.
constexpr Write find_staged{
    "imports_find_staged",
    "UPDATE staged_users SET user_id = (SELECT id FROM users WHERE users.email_key = staged_users.email_key)",
    announces_nothing};

constexpr Write find_ended{
    "imports_find_ended",
    "UPDATE staged_users SET ends_sessions = 1 WHERE EXISTS (SELECT 1 FROM users WHERE users.id = staged_users.user_id "
    "AND ((staged_users.password_hash IS NOT NULL AND (users.password_hash IS DISTINCT FROM "
    "staged_users.password_hash OR users.salt IS DISTINCT FROM staged_users.salt)) "
    "OR (staged_users.is_disabled = 1 AND users.disabled_at IS NULL)))",
    announces_nothing};

// Waits for any other process that is about to continue the import.
constexpr Write hold_import{"imports_hold",
                            "UPDATE imports SET bytes_done = CASE WHEN bytes_done = $2 THEN bytes_done ELSE -1 END "
                            "WHERE id = $1",
                            announces_nothing};

// A user who did not exist before and has the time of this transaction was stored by it.
constexpr Write advance_import{"imports_advance",
                               "UPDATE imports SET bytes_done = $2, lines_done = $3, "
                               "records_done = records_done + $4, refused = refused + $5, accepted = accepted "
                               "+ CASE WHEN $8 = 1 THEN (SELECT count(*) FROM staged_users) "
                               "ELSE (SELECT count(*) FROM staged_users WHERE user_id IS NOT NULL) "
                               "+ (SELECT count(*) FROM staged_users JOIN users ON users.email = staged_users.email "
                               "WHERE staged_users.user_id IS NULL AND users.updated_at = $6) END, "
                               "updated_at = $6, completed_at = $7 WHERE id = $1 "
                               "RETURNING id, bytes_done, lines_done, records_done, accepted, refused, completed_at",
                               announces_nothing};

std::string_view to_text(OnConflict rule) {
  switch (rule) {
    case OnConflict::skip:
      return "skip";
    case OnConflict::update:
      return "update";
    case OnConflict::fail:
      return "fail";
  }
  return "";
}

ImportProgress read_progress(const Row& row) {
  return {.id = ImportId{row.integer(0)},
          .place = {.bytes = static_cast<std::uint64_t>(row.integer(1)),
                    .lines = static_cast<std::uint64_t>(row.integer(2))},
          .records = row.integer(3),
          .accepted = row.integer(4),
          .refused = row.integer(5),
          .is_complete = !row.is_null(6)};
}

ImportProgress read_only_progress(const Rows& rows) { return read_progress(rows[0]); }

Value truth(std::optional<bool> value) { return value ? Value{std::int64_t{*value}} : Value{}; }

Parameters row_of(std::int64_t place, const StagedUser& user) {
  const auto key = key_beside(user.email);
  return {place,
          user.email,
          email_key(user.email),
          key ? Value{user.email} : Value{},
          nullable(key),
          nullable(user.first_name),
          nullable(user.last_name),
          nullable(user.password_hash),
          nullable(user.salt),
          truth(user.is_verified),
          user.created_at ? Value{*user.created_at} : Value{},
          truth(user.is_disabled),
          nullable(user.locale)};
}

}  // namespace

const database::StagingTable staged_users{
    .name = "staged_users",
    .columns =
        "place, email, email_key, canonical_of, canonical_email, first_name, last_name, password_hash, salt, "
        "is_verified, created_at, is_disabled, locale",
    .create = create_staged_users,
    .clear = clear_staged_users,
    .insert = insert_staged_user,
};

database::StagedRows stage(std::span<const StagedUser> users) {
  database::StagedRows staged{.table = staged_users, .rows = {}};
  staged.rows.reserve(users.size());
  for (const StagedUser& user : users) {
    staged.rows.push_back(row_of(static_cast<std::int64_t>(staged.rows.size()), user));
  }
  return staged;
}

Task<std::optional<ImportProgress>> ImportStore::find(ImportKey key) {
  Parameters parameters{Blob{std::move(key.file_sha256)}, std::string{to_text(key.on_conflict)}};
  const Rows rows = co_await database_.query(find_import, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return read_progress(rows[0]);
}

Task<ImportProgress> ImportStore::begin(ImportKey key, TimePoint now) {
  Parameters parameters{Blob{std::move(key.file_sha256)}, std::string{to_text(key.on_conflict)}, now};
  Change<ImportProgress> change{begin_import, std::move(parameters), read_only_progress};
  co_return co_await database_.commit(std::move(change));
}

void ImportStore::add_recognition(database::Changes& changes) {
  changes.add(Change<void>{find_staged, {}});
  changes.add(Change<void>{find_ended, {}});
}

Change<void> ImportStore::hold(const ImportProgress& from) {
  return {hold_import, {from.id.value, static_cast<std::int64_t>(from.place.bytes)}};
}

Change<ImportProgress> ImportStore::advance(ImportId id, const ImportStep& step, TimePoint now) {
  return {advance_import,
          {id.value, static_cast<std::int64_t>(step.place.bytes), static_cast<std::int64_t>(step.place.lines),
           step.records, step.refused, now, step.is_last ? Value{now} : Value{}, std::int64_t{step.stores_all}},
          read_only_progress};
}

}  // namespace gatehouse::users
