#include "database/schema/email_keys.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/unicode.hpp"
#include "database/schema/sql_literals.hpp"

namespace gatehouse::database::schema {
namespace {

constexpr std::int64_t batch_rows_max = 500;

/// The addresses that have one key.
using Spellings = std::map<std::string, std::vector<std::string>, std::less<>>;

// The same condition as in the index users_unkeyed_email_index.
std::string beyond_ascii(Dialect dialect) {
  return dialect == Dialect::postgres ? "octet_length(email) <> char_length(email)"
                                      : "length(CAST(email AS BLOB)) <> length(email)";
}

// The same expression as in the column email_key.
std::string plain_key(Dialect dialect) {
  return dialect == Dialect::postgres ? "lower(btrim(email, E' \\t\\r\\n\\f\\x0B') COLLATE \"C\")"
                                      : "lower(trim(email, char(32, 9, 13, 10, 12, 11)))";
}

// Text from rows goes back into SQL as hex digits, so it cannot be taken for SQL.
std::string join(std::span<const std::string> texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

bool has_applied(const MigrationRecord& record, std::string_view name) {
  return std::ranges::find(record.applied, name, &AppliedMigration::name) != record.applied.end() ||
         std::ranges::find(record.express, name) != record.express.end();
}

CheckFailed failure(const Spellings& spellings) {
  CheckFailed failed{
      std::string{EmailKeys::migration},
      "The addresses on each line are spellings of one (case, composition, width, or a domain in its two forms) and "
      "will be one account. Delete or change all but one of every line:",
      {},
      0};
  for (const auto& [key, emails] : spellings) {
    if (emails.size() < 2) continue;
    ++failed.count;
    if (failed.count <= Migrator::check_rows_max) failed.rows.push_back(join(emails));
  }
  return failed;
}

}  // namespace

Task<EmailKeys::Addresses> EmailKeys::read_after(std::int64_t user, std::string_view condition) {
  std::string sql = "SELECT CAST(id AS bigint), email FROM users WHERE " + beyond_ascii(database_.dialect()) +
                    std::string{condition} + " AND id > " + std::to_string(user) + " ORDER BY id LIMIT " +
                    std::to_string(batch_rows_max);
  const Rows rows = co_await database_.run_check(std::move(sql));
  Addresses addresses;
  addresses.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    addresses.push_back({rows[i].integer(0), std::string{rows[i].text(1)}});
  }
  co_return addresses;
}

/// The addresses in ASCII that have one of these keys.
Task<std::vector<std::string>> EmailKeys::read_in_ascii(const std::vector<std::string>& keys) {
  const Dialect dialect = database_.dialect();
  std::vector<std::string> literals;
  literals.reserve(keys.size());
  for (const std::string& key : keys) literals.push_back(text_literal(key, dialect));
  std::string sql = "SELECT email FROM users WHERE NOT (" + beyond_ascii(dialect) + ") AND " + plain_key(dialect) +
                    " IN (" + join(literals) + ") ORDER BY id";
  const Rows rows = co_await database_.run_check(std::move(sql));
  std::vector<std::string> emails;
  emails.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) emails.emplace_back(rows[i].text(0));
  co_return emails;
}

Task<std::optional<CheckFailed>> EmailKeys::check() {
  const MigrationRecord record = co_await read_migration_record(database_);
  if (has_applied(record, migration) || !has_applied(record, express_migrations[0])) co_return std::nullopt;

  Spellings spellings;
  std::vector<std::string> ascii_keys;
  Addresses batch = co_await read_after(0, "");
  while (!batch.empty()) {
    for (const Address& address : batch) {
      std::string key = key_of_(address.email);
      auto& emails = spellings[key];
      // Only an ASCII key can also be that of an ASCII address.
      if (emails.empty() && is_ascii(key)) ascii_keys.push_back(std::move(key));
      emails.push_back(address.email);
    }
    batch = co_await read_after(batch.back().user, "");
  }
  while (!ascii_keys.empty()) {
    const auto count = std::min<std::size_t>(ascii_keys.size(), batch_rows_max);
    const std::vector<std::string> some(ascii_keys.end() - static_cast<std::ptrdiff_t>(count), ascii_keys.end());
    ascii_keys.resize(ascii_keys.size() - count);
    const auto found = co_await read_in_ascii(some);
    for (const std::string& email : found) spellings[key_of_(email)].push_back(email);
  }
  CheckFailed failed = failure(spellings);
  if (failed.count == 0) co_return std::nullopt;
  co_return failed;
}

Task<> EmailKeys::fill() {
  constexpr std::string_view without_key = " AND canonical_of IS DISTINCT FROM email";
  Addresses batch = co_await read_after(0, without_key);
  while (!batch.empty()) {
    co_await store(batch);
    batch = co_await read_after(batch.back().user, without_key);
  }
}

/// Stores all keys at once; if one of them is taken, stores them one by one, without that one.
Task<> EmailKeys::store(const Addresses& addresses) {
  const Dialect dialect = database_.dialect();
  std::vector<std::string> values;
  values.reserve(addresses.size());
  for (const auto& [user, email] : addresses) {
    values.push_back("(" + std::to_string(user) + ", " + text_literal(email, dialect) + ", " +
                     text_literal(key_of_(email), dialect) + ")");
  }
  std::string sql = "WITH keys(id, email, key) AS (VALUES " + join(values) +
                    ") UPDATE users SET canonical_of = keys.email, canonical_email = keys.key FROM keys "
                    "WHERE users.id = keys.id AND users.email = keys.email;";
  const auto stored = co_await database_.run_script(std::move(sql));
  if (stored || addresses.size() == 1) co_return;
  for (const Address& address : addresses) {
    const Addresses one(1, address);
    co_await store(one);
  }
}

}  // namespace gatehouse::database::schema
