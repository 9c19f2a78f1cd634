#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "users/user_record.hpp"

namespace gatehouse::users {

/// How far a file has been read.
struct RecordPlace {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;

  friend bool operator==(const RecordPlace&, const RecordPlace&) = default;
};

/// A record of a file, or why it is none.
struct ReadRecord {
  std::uint64_t line;  ///< that it begins in, from 1
  std::expected<UserRecord, RecordFault> content;
};

/// Reads the records of a file one after the other, in constant memory. Lines end with LF or CR LF; empty ones are
/// skipped, and so is a byte order mark. A record of CSV goes over several lines where its quotation marks enclose
/// their ends. What was read is wiped, for it may hold passwords. One thread at a time.
class RecordReader {
 public:
  /// Of a record; a longer one is a fault of its line, and the next line begins another one.
  static constexpr std::size_t record_bytes_max = std::size_t{64} * 1024;

  /// `in`, opened in binary mode, outlives the reader.
  RecordReader(std::istream& in, RecordFormat format);
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// Reads the names at the top of CSV. Before everything else, once.
  [[nodiscard]] std::expected<void, RecordFault> begin();
  /// Goes on where another reader of the same file was.
  void go_to(const RecordPlace& place);

  /// Nothing at the end.
  [[nodiscard]] std::optional<ReadRecord> next();
  /// Behind what next() returned last.
  [[nodiscard]] const RecordPlace& place() const noexcept { return place_; }

 private:
  enum class Taken : std::uint8_t { nothing, record, too_long };

  [[nodiscard]] Taken take_line();
  [[nodiscard]] Taken take_record();
  [[nodiscard]] std::expected<UserRecord, RecordFault> read_cells() const;

  std::istream& in_;
  const RecordFormat format_;
  RecordPlace place_;
  std::vector<char> chunk_;                  ///< of one line
  std::string text_;                         ///< the record that is being read
  std::vector<const RecordField*> columns_;  ///< of CSV
};

}  // namespace gatehouse::users
