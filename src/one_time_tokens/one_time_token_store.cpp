#include "one_time_tokens/one_time_token_store.hpp"

#include <utility>

namespace gatehouse::one_time_tokens {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Blob;
using database::Change;
using database::nullable;
using database::Parameters;
using database::Rows;
using database::Statement;
using database::Write;

// Nobody caches tokens: each request that brings one asks the database.
constexpr Statement find_open_token{
    "one_time_tokens_find_open",
    "SELECT user_id, payload FROM one_time_tokens WHERE token_hash = $1 AND kind = $2 AND expires_at > $3 "
    "AND EXISTS (SELECT 1 FROM users WHERE id = user_id AND disabled_at IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM one_time_redemptions WHERE token_hash = $1)"};

constexpr Write insert_token{"one_time_tokens_insert",
                             "INSERT INTO one_time_tokens (kind, user_id, token_hash, payload, created_at, expires_at) "
                             "SELECT $1, id, $3, $4, $5, $6 FROM users WHERE id = $2 AND disabled_at IS NULL",
                             announces_nothing};

// Finds the user by exactly the email that was inserted before, in the same transaction.
constexpr Write insert_token_for_new_user{
    "one_time_tokens_insert_for_new_user",
    "INSERT INTO one_time_tokens (kind, user_id, token_hash, payload, created_at, expires_at) "
    "SELECT $1, id, $3, $4, $5, $6 FROM users WHERE email = $2",
    announces_nothing};

constexpr Write drop_old_tokens{
    "one_time_tokens_drop_old",
    "DELETE FROM one_time_tokens WHERE user_id = $2 AND kind = $1 AND id NOT IN "
    "(SELECT id FROM one_time_tokens WHERE user_id = $2 AND kind = $1 ORDER BY id DESC LIMIT $3)",
    announces_nothing};

constexpr Write redeem_token{"one_time_tokens_redeem",
                             "INSERT INTO one_time_redemptions (token_hash, redeemed_at) VALUES "
                             "((SELECT token_hash FROM one_time_tokens WHERE token_hash = $1 AND kind = $2 "
                             "AND expires_at > $3 "
                             "AND EXISTS (SELECT 1 FROM users WHERE id = user_id AND disabled_at IS NULL)), $3)",
                             announces_nothing};

constexpr Write drop_open_tokens{
    "one_time_tokens_drop_open",
    "DELETE FROM one_time_tokens WHERE user_id = $1 AND NOT EXISTS "
    "(SELECT 1 FROM one_time_redemptions WHERE one_time_redemptions.token_hash = one_time_tokens.token_hash)",
    announces_nothing};

constexpr Write drop_open_tokens_of_staged_users{
    "one_time_tokens_drop_open_of_staged",
    "DELETE FROM one_time_tokens WHERE user_id IN (SELECT user_id FROM staged_users WHERE ends_sessions = 1) "
    "AND NOT EXISTS "
    "(SELECT 1 FROM one_time_redemptions WHERE one_time_redemptions.token_hash = one_time_tokens.token_hash)",
    announces_nothing};

constexpr Write delete_expired_tokens{
    "one_time_tokens_delete_expired",
    "DELETE FROM one_time_tokens WHERE expires_at <= $1 AND id IN "
    "(SELECT id FROM one_time_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) "
    "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
    announces_nothing};

void add_contents(Parameters& parameters, NewOneTimeToken token) {
  parameters.emplace_back(Blob{std::move(token.hash)});
  parameters.push_back(nullable(std::move(token.payload)));
  parameters.emplace_back(token.created_at);
  parameters.emplace_back(token.expires_at);
}

}  // namespace

Task<std::optional<OpenToken>> OneTimeTokenStore::find_open(std::string hash, Kind kind, TimePoint now) {
  Parameters parameters{Blob{std::move(hash)}, std::string{to_text(kind)}, now};
  const Rows rows = co_await database_.query(find_open_token, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return OpenToken{.user = UserId{rows[0].integer(0)}, .payload = rows[0].nullable_text(1)};
}

Change<void> OneTimeTokenStore::insert(NewOneTimeToken token, UserId user) {
  Parameters parameters{std::string{to_text(token.kind)}, user.value};
  add_contents(parameters, std::move(token));
  return {insert_token, std::move(parameters)};
}

Change<void> OneTimeTokenStore::insert_for_new_user(NewOneTimeToken token, std::string email) {
  Parameters parameters{std::string{to_text(token.kind)}, std::move(email)};
  add_contents(parameters, std::move(token));
  return {insert_token_for_new_user, std::move(parameters)};
}

Change<void> OneTimeTokenStore::drop_old(Kind kind, UserId user) {
  return {drop_old_tokens, {std::string{to_text(kind)}, user.value, open_max}};
}

Change<void> OneTimeTokenStore::redeem(std::string hash, Kind kind, TimePoint now) {
  return {redeem_token, {Blob{std::move(hash)}, std::string{to_text(kind)}, now}};
}

Change<void> OneTimeTokenStore::drop_open(UserId user) { return {drop_open_tokens, {user.value}}; }

Change<void> OneTimeTokenStore::drop_open_of_staged_users() { return {drop_open_tokens_of_staged_users, {}}; }

Change<std::int64_t> OneTimeTokenStore::delete_expired(TimePoint now, database::HeldLease lease) {
  Parameters parameters{now, cleanup_tokens_max, std::move(lease.name), std::move(lease.holder)};
  return {delete_expired_tokens, std::move(parameters), affected_rows};
}

}  // namespace gatehouse::one_time_tokens
