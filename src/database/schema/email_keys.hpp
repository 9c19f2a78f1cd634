#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/schema/migrator.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// The part of the migration `20261126_010_add_canonical_emails` that SQL cannot do: the keys of addresses beyond
/// ASCII. Statements and failures are those of Migrator.
class EmailKeys {
 public:
  static constexpr std::string_view migration = "20261126_010_add_canonical_emails";

  /// Gives all spellings of an address one key; supplied by the code that owns addresses.
  using KeyOf = std::string (*)(std::string_view email);

  /// `database` outlives it.
  EmailKeys(SchemaDatabase& database, KeyOf key_of) : database_(database), key_of_(key_of) {}

  /// Called before a database that lacks the migration is changed: finds addresses that would have the same key.
  /// Nothing if there are none, there are no users yet, or the migration was made. ASCII addresses are compared with
  /// each other by another migration.
  [[nodiscard]] Task<std::optional<CheckFailed>> check();

  /// Stores the keys that are missing, in a database that has the migration. An address whose key another user has
  /// keeps the key that the database makes. May run at any time, in several processes.
  [[nodiscard]] Task<> fill();

 private:
  struct Address {
    std::int64_t user;
    std::string email;
  };
  using Addresses = std::vector<Address>;

  [[nodiscard]] Task<Addresses> read_after(std::int64_t user, std::string_view condition);
  [[nodiscard]] Task<std::vector<std::string>> read_in_ascii(const std::vector<std::string>& keys);
  [[nodiscard]] Task<> store(const Addresses& addresses);

  SchemaDatabase& database_;
  const KeyOf key_of_;
};

}  // namespace gatehouse::database::schema
