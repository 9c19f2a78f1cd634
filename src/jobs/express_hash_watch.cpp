#include "jobs/express_hash_watch.hpp"

#include "users/user_store.hpp"

namespace gatehouse::jobs {
namespace {

Task<> look_for_express_hashes(database::Database& database, passwords::PasswordService& passwords) {
  users::UserStore users{database};
  const bool present = co_await users.express_hashes_present();
  passwords.set_express_hashes_present(present);
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
