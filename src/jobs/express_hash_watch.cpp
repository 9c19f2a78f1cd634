#include "jobs/express_hash_watch.hpp"

#include "users/user_store.hpp"

namespace gatehouse::jobs {
namespace {

/// An import may have brought other formats since the last check. A format of only a thousandth of the users may be
/// missed; it is remembered once the first of these users is met.
Task<> look_for_other_formats(users::UserStore& users, passwords::PasswordService& passwords) {
  const auto hashes = co_await users.sample_hashes();
  for (const std::string& hash : hashes) passwords.remember_format_of(hash);
  passwords.set_formats_known();
}

Task<> look_for_express_hashes(database::Database& database, passwords::PasswordService& passwords) {
  users::UserStore users{database};
  const bool present = co_await users.express_hashes_present();
  passwords.set_express_hashes_present(present);
  co_await look_for_other_formats(users, passwords);
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
