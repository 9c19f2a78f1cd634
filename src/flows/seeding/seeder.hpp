#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/embedded_file.hpp"
#include "flows/account/account_flow.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// What a seeding did.
struct SeedReport {
  unsigned created = 0;
  unsigned existing = 0;              ///< users whose email was there already; left alone
  std::vector<std::string> problems;  ///< what was skipped and why, `seeds/….json: user 2: …`; no passwords
};

/// Puts development users into a database: JSON arrays of `{"first_name", "last_name", "email", "password"}`. Running
/// it again changes nothing. Belongs to its Database's io thread; throws what AccountFlow throws.
class Seeder {
 public:
  /// Both outlive the seeder. `origin` is who seeds.
  Seeder(database::Database& database, AccountFlow& accounts, audit::Origin origin)
      : users_(database), accounts_(accounts), origin_(std::move(origin)) {}

  /// `files` outlive the call. A malformed file or entry is reported as a problem; the rest is stored.
  [[nodiscard]] Task<SeedReport> run(std::span<const EmbeddedFile> files);

 private:
  [[nodiscard]] Task<> add(users::NewUser user, SeedReport& report);

  users::UserStore users_;
  AccountFlow& accounts_;
  const audit::Origin origin_;
};

}  // namespace gatehouse::flows
