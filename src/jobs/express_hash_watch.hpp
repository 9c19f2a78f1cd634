#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "database/database.hpp"
#include "passwords/password_service.hpp"
#include "users/user_store.hpp"

namespace gatehouse::jobs {

/// Tells the PasswordService whether any user still has a hash of the Express service, so that failing logins cost the
/// same for all accounts, and nothing more than needed once the last old hash is gone. Belongs to its Database's io
/// thread.
class ExpressHashWatch {
 public:
  static constexpr std::chrono::minutes interval{5};

  /// Both outlive the watch.
  ExpressHashWatch(database::Database& database, passwords::PasswordService& passwords)
      : users_(database), passwords_(passwords) {}

  /// Looks once. Throws what Database throws.
  [[nodiscard]] Task<> refresh();

  /// Looks at once and then every interval, until the coroutine is cancelled; failures are reported and tried again.
  [[nodiscard]] Task<> run(std::function<void(std::string_view)> on_error);

 private:
  users::UserStore users_;
  passwords::PasswordService& passwords_;
};

}  // namespace gatehouse::jobs
