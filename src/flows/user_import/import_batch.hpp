#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "flows/user_import/record_check.hpp"
#include "users/record_reader.hpp"

namespace gatehouse::flows {

/// A record that an import cannot take.
struct RefusedRecord {
  std::uint64_t line;
  users::RecordFault fault;
};

/// The records that one transaction stores.
struct ImportBatch {
  static constexpr std::size_t records_max = 5000;
  /// Of them with a password in clear, whose hashes take long and would be made again after an interruption.
  static constexpr std::size_t passwords_max = 200;

  /// One that is stored.
  struct Record {
    std::uint64_t line;
    CheckedRecord content;
  };

  std::vector<Record> records;         ///< each with another address
  std::vector<RefusedRecord> refused;  ///< in the order of their lines
  users::RecordPlace place;            ///< behind all of them
  bool is_last = false;                ///< there is nothing behind that

  [[nodiscard]] std::size_t size() const { return records.size() + refused.size(); }
};

/// Reads the next records. Ends early before a second record of one address: that one is for the next transaction,
/// which finds what this one stored.
[[nodiscard]] ImportBatch read_batch(users::RecordReader& reader, const passwords::PasswordRules& rules);

}  // namespace gatehouse::flows
