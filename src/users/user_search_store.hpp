#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "users/model.hpp"

namespace gatehouse::users {

/// Finds users for people who type, in the view user_names; the only place that knows its SQL. It reads as many rows
/// with 10 million users as with 10 thousand.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws.
class UserSearchStore {
 public:
  static constexpr std::int64_t users_max = 100;

  /// `database` outlives the store.
  explicit UserSearchStore(database::Database& database) : database_(database) {}

  /// Users whose email_key(), last or first name begins with the text, newest first. Case does not matter for ASCII
  /// letters, and in addresses for any letters. At most users_max users: some of them, if there are more. Text that no
  /// row can hold finds nobody.
  [[nodiscard]] Task<std::vector<User>> find(std::string beginning);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::users
