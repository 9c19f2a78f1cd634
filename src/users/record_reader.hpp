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

/// A record of a file, or why it is not one.
struct ReadRecord {
  std::uint64_t line;  ///< in which it begins, from 1
  std::expected<UserRecord, RecordFault> content;
};

/// Reads the records of a file one after the other, in constant memory. Lines end with LF or CR LF; empty ones are
/// skipped, and so is a byte order mark. A CSV record spans several lines if its quotation marks enclose line ends.
/// What was read is wiped, because it may hold passwords. One thread at a time.
class RecordReader {
 public:
  /// The longest record; a longer one is a fault of its line, and the next line begins another record.
  static constexpr std::size_t record_bytes_max = std::size_t{64} * 1024;

  /// `in`, opened in binary mode, outlives the reader.
  RecordReader(std::istream& in, RecordFormat format);
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// Reads the header line of CSV. To be called once, before everything else.
  [[nodiscard]] std::expected<void, RecordFault> begin();
  /// Continues where another reader of the same file was.
  void go_to(const RecordPlace& place);

  /// The next record; nothing at the end.
  [[nodiscard]] std::optional<ReadRecord> next();
  /// The place after the record that next() returned last.
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
