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
  /// How many may have a plaintext password: hashing takes long, and would be repeated after an interruption.
  static constexpr std::size_t passwords_max = 200;

  /// A record that is stored.
  struct Record {
    std::uint64_t line;
    CheckedRecord content;
  };

  std::vector<Record> records;         ///< each with a different address
  std::vector<RefusedRecord> refused;  ///< in the order of their lines
  users::RecordPlace place;            ///< after all of them
  bool is_last = false;                ///< nothing follows after that

  [[nodiscard]] std::size_t size() const { return records.size() + refused.size(); }
};

/// Reads the next records. Ends early before a second record with the same address: that one is left to the next
/// transaction, which finds what this one stored.
[[nodiscard]] ImportBatch read_batch(users::RecordReader& reader, const passwords::PasswordRules& rules);

}  // namespace gatehouse::flows
