#include "users/user_search_store.hpp"

#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "users/user_row.hpp"

namespace gatehouse::users {
namespace {

// Reads the first matches of each kind in the order of the indexes: as many rows with 10 million users as with 10
// thousand.
constexpr database::Statement search_users{
    "users_search",
    "SELECT id, first_name, last_name, email, created_at, updated_at, disabled_at, version FROM users WHERE id IN ("
    "SELECT id FROM (SELECT id FROM user_names WHERE email_key >= $1 AND email_key < $2 "
    "ORDER BY email_key LIMIT $5) AS by_email UNION "
    "SELECT id FROM (SELECT id FROM user_names WHERE last_name >= $3 AND last_name < $4 "
    "ORDER BY last_name LIMIT $5) AS by_last_name UNION "
    "SELECT id FROM (SELECT id FROM user_names WHERE first_name >= $3 AND first_name < $4 "
    "ORDER BY first_name LIMIT $5) AS by_first_name) ORDER BY created_at DESC, id DESC LIMIT $5"};

/// Appended to a text, it sorts after all texts that begin with it: it is the last character, and no text has it.
constexpr std::string_view last_character = "\U0010FFFF";

}  // namespace

Task<std::vector<User>> UserSearchStore::find(std::string beginning) {
  const std::string_view text = trim(beginning, ascii_whitespace);
  std::vector<User> users;
  if (!can_be_stored(text)) co_return users;
  const std::string key = is_ascii(text) ? to_lower(text) : to_nfkc_casefold(text);
  const std::string name = to_lower(text);
  database::Parameters parameters{key, key + std::string{last_character}, name, name + std::string{last_character},
                                  users_max};
  const database::Rows rows = co_await database_.query_anywhere(search_users, std::move(parameters));
  users.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) users.push_back(read_user(rows[i]));
  co_return users;
}

}  // namespace gatehouse::users
