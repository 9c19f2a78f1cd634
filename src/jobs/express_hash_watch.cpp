#include "jobs/express_hash_watch.hpp"

#include "users/user_store.hpp"

namespace gatehouse::jobs {
namespace {

users::UserStore::HashBeginnings beginnings_of(const passwords::FormatsInUse& formats) {
  users::UserStore::HashBeginnings beginnings;
  beginnings.fill(to_text(formats.current));
  for (std::size_t i = 0; i < formats.retired.size() && i + 1 < beginnings.size(); ++i) {
    beginnings[i + 1] = to_text(formats.retired[i]);
  }
  return beginnings;
}

/// Formats of which a row was met already need no look. A row that nobody can read hides those behind it.
Task<> look_for_other_formats(users::UserStore& users, passwords::PasswordService& passwords) {
  for (std::size_t looks = 0; looks <= passwords::RetiredFormats::count_max; ++looks) {
    auto known = beginnings_of(passwords.formats_met());
    const auto hash = co_await users.find_other_hash(std::move(known));
    if (!hash) break;
    passwords.remember_format_of(*hash);
  }
  passwords.set_formats_known();
}

Task<> look_for_express_hashes(database::Database& database, passwords::PasswordService& passwords) {
  users::UserStore users{database};
  const bool present = co_await users.express_hashes_present();
  passwords.set_express_hashes_present(present);
  if (!passwords.formats_known()) co_await look_for_other_formats(users, passwords);
}

}  // namespace

Job express_hash_watch(database::Database& database, passwords::PasswordService& passwords) {
  auto run = [&database, &passwords](const std::optional<Lease>& /*none*/) {
    return look_for_express_hashes(database, passwords);
  };
  return {.name = "express_hash_watch",
          .interval = express_hash_watch_interval,
          .lease = std::nullopt,
          .run = std::move(run)};
}

}  // namespace gatehouse::jobs
