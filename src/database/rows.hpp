#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace gatehouse::database {

class Rows;

/// One row of a result: a view, valid as long as its Rows. The store knows each column's position and type; asking for
/// a type other than the column's is a programming error and asserts.
class Row {
 public:
  [[nodiscard]] bool is_null(std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t column) const;
  [[nodiscard]] TimePoint time(std::size_t column) const { return from_unix_us(integer(column)); }
  /// Text, or a blob's bytes.
  [[nodiscard]] std::string_view text(std::size_t column) const;
  /// A copy of a text that may be NULL.
  [[nodiscard]] std::optional<std::string> nullable_text(std::size_t column) const;
  /// A time that may be NULL.
  [[nodiscard]] std::optional<TimePoint> nullable_time(std::size_t column) const;

 private:
  friend class Rows;
  Row(const Rows& rows, std::size_t index) : rows_(&rows), index_(index) {}

  const Rows* rows_;
  std::size_t index_;
};

/// A statement's whole result, in two allocations. Drivers fill it with add_…(), row by row.
/// Times arrive as microseconds since 1970 (integer), booleans as 0 and 1.
class Rows {
 public:
  explicit Rows(std::size_t columns = 0) : columns_(columns) {}

  [[nodiscard]] std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] Row operator[](std::size_t row) const {
    assert(row < size());
    return {*this, row};
  }
  /// Rows that an INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::int64_t affected() const { return affected_; }

  void reserve(std::size_t rows) { cells_.reserve(rows * columns_); }
  void add_null() { cells_.push_back({Kind::null, 0, 0}); }
  void add_integer(std::int64_t value) { cells_.push_back({Kind::integer, 0, value}); }
  void add_text(std::string_view text) {
    cells_.push_back({Kind::text, static_cast<std::uint32_t>(text.size()), static_cast<std::int64_t>(bytes_.size())});
    bytes_.append(text);
  }
  void set_affected(std::int64_t count) { affected_ = count; }

 private:
  friend class Row;
  enum class Kind : std::uint32_t { null, integer, text };
  struct Cell {
    Kind kind;
    std::uint32_t length;  ///< text: bytes
    std::int64_t value;    ///< integer: the value; text: offset in bytes_
  };

  std::size_t columns_;
  std::int64_t affected_ = 0;
  std::vector<Cell> cells_;
  std::string bytes_;
};

inline bool Row::is_null(std::size_t column) const {
  assert(column < rows_->columns_);
  return rows_->cells_[index_ * rows_->columns_ + column].kind == Rows::Kind::null;
}

inline std::int64_t Row::integer(std::size_t column) const {
  assert(column < rows_->columns_);
  const auto& cell = rows_->cells_[index_ * rows_->columns_ + column];
  assert(cell.kind == Rows::Kind::integer);
  return cell.value;
}

inline std::string_view Row::text(std::size_t column) const {
  assert(column < rows_->columns_);
  const auto& cell = rows_->cells_[index_ * rows_->columns_ + column];
  assert(cell.kind == Rows::Kind::text);
  return std::string_view{rows_->bytes_}.substr(static_cast<std::size_t>(cell.value), cell.length);
}

inline std::optional<std::string> Row::nullable_text(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return std::string{text(column)};
}

inline std::optional<TimePoint> Row::nullable_time(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

}  // namespace gatehouse::database
