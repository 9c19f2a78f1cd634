#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "database/statement.hpp"

namespace gatehouse::database::postgres {

/// PostgreSQL's type numbers (pg_type.dat), those that stores use.
enum class TypeOid : std::uint32_t {
  unknown = 0,
  boolean = 16,
  bytea = 17,
  name = 19,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  bpchar = 1042,
  varchar = 1043,
  timestamp = 1114,
  timestamptz = 1184,
  void_type = 2278,
};

/// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL's binary timestamps start.
inline constexpr std::int64_t postgres_epoch_us = 946'684'800'000'000;

/// The server's timestamp for a Unix time in microseconds. Times before the server's range become -infinity.
[[nodiscard]] std::int64_t to_postgres_us(std::int64_t unix_us) noexcept;
/// The Unix time of a server's timestamp. ±infinity become the ends of the integer's range.
[[nodiscard]] std::int64_t to_unix_us_from_postgres(std::int64_t postgres_us) noexcept;

/// Reads a big-endian integer of 2, 4 or 8 bytes.
[[nodiscard]] std::int64_t read_integer(std::string_view bytes) noexcept;

/// The type a value is sent as; unknown for NULL, whose type the server infers.
[[nodiscard]] TypeOid type_of(const Value& value) noexcept;

/// Parameters in the form that libpq takes: parallel arrays of pointers, lengths and formats, all binary.
///
/// Reused from call to call, so that a warm connection encodes without allocating. Text and blobs are referenced, not
/// copied: the Parameters given to assign() must live until libpq has copied the arrays.
class EncodedParameters {
 public:
  void assign(const Parameters& parameters);

  [[nodiscard]] int count() const noexcept { return static_cast<int>(values_.size()); }
  [[nodiscard]] const char* const* values() const noexcept { return values_.data(); }
  [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }
  [[nodiscard]] const int* formats() const noexcept { return formats_.data(); }
  [[nodiscard]] const std::uint32_t* types() const noexcept { return types_.data(); }

 private:
  void add_bytes(std::string_view bytes);
  void add_integer(std::int64_t value);

  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<std::uint32_t> types_;
  std::vector<std::uint64_t> integers_;  ///< reserved first, because values_ points into it
};

}  // namespace gatehouse::database::postgres
