#include "service/related_settings.hpp"

#include "config/checks.hpp"

namespace gatehouse::service {
namespace {

void check(const Settings& settings, config::Checks& checks) {
  if (!settings.redis.session_cache || settings.database.kind != database::DatabaseKind::sqlite) return;
  checks.refuse({"REDIS_SESSION_CACHE",
                 "is true, but the database is SQLite, which only one process uses, so nothing can be shared",
                 "remove it, or set DB_HOST or DATABASE_URL for PostgreSQL"});
}

}  // namespace

config::Section<Settings> related_section() { return {.rows = {}, .check = check}; }

}  // namespace gatehouse::service
