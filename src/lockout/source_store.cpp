#include "lockout/source_store.hpp"

#include <utility>

namespace gatehouse::lockout {
namespace {

using database::announces_nothing;
using database::Blob;
using database::Change;
using database::Parameters;
using database::Rows;
using database::Statement;
using database::Write;

constexpr Statement find_source{
    "sources_find", "SELECT source FROM login_sources WHERE user_id = $1 AND source = $2 AND last_success_at > $3"};

// Once an hour is often enough for something that is known for days.
constexpr Write remember_source{"sources_remember",
                                "INSERT INTO login_sources (user_id, source, last_success_at) "
                                "SELECT id, $2, $3 FROM users WHERE id = $1 AND password_hash = $5 AND disabled_at IS "
                                "NULL ON CONFLICT (user_id, source) DO UPDATE "
                                "SET last_success_at = $3 WHERE login_sources.last_success_at < $4",
                                announces_nothing};

constexpr Write forget_old_sources{
    "sources_forget_old",
    "DELETE FROM login_sources WHERE user_id = $1 AND source NOT IN "
    "(SELECT source FROM login_sources WHERE user_id = $1 ORDER BY last_success_at DESC, source LIMIT $2)",
    announces_nothing};

}  // namespace

Task<bool> SourceStore::is_known(UserId user, std::string source, TimePoint since) {
  Parameters parameters{user.value, Blob{std::move(source)}, since};
  const Rows rows = co_await database_.query(find_source, std::move(parameters));
  co_return !rows.empty();
}

Change<void> SourceStore::remember(UserId user, std::string source, TimePoint now, std::string password_hash) {
  Parameters parameters{user.value, Blob{std::move(source)}, now, TimePoint{now - resolution},
                        std::move(password_hash)};
  return {remember_source, std::move(parameters)};
}

Change<void> SourceStore::forget_old(UserId user) { return {forget_old_sources, {user.value, per_user_max}}; }

}  // namespace gatehouse::lockout
