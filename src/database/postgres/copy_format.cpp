#include "database/postgres/copy_format.hpp"

#include <bit>
#include <concepts>
#include <cstdint>

#include "database/postgres/binary_format.hpp"

namespace gatehouse::database::postgres {
namespace {

using namespace std::string_view_literals;

// The signature, no flags, and no header extension.
constexpr std::string_view header = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"sv;
constexpr std::int32_t no_value = -1;
constexpr std::int16_t end_of_rows = -1;

template <std::signed_integral Integer>
void append_big_endian(std::string& out, Integer number) {
  const auto swapped = std::byteswap(number);
  out.append(reinterpret_cast<const char*>(&swapped), sizeof swapped);
}

/// Appends a value, preceded by its length.
struct Appender {
  std::string& out;

  void operator()(std::monostate) const { append_big_endian(out, no_value); }
  void operator()(std::int64_t number) const {
    append_big_endian(out, static_cast<std::int32_t>(sizeof number));
    append_big_endian(out, number);
  }
  void operator()(TimePoint time) const { (*this)(to_postgres_us(to_unix_us(time))); }
  void operator()(const std::string& text) const {
    append_big_endian(out, static_cast<std::int32_t>(text.size()));
    out += text;
  }
  void operator()(const Blob& blob) const { (*this)(blob.bytes); }
};

}  // namespace

std::string encode_copy(std::span<const Parameters> rows) {
  std::string out{header};
  for (const Parameters& row : rows) {
    append_big_endian(out, static_cast<std::int16_t>(row.size()));
    for (const Value& value : row) std::visit(Appender{out}, value);
  }
  append_big_endian(out, end_of_rows);
  return out;
}

}  // namespace gatehouse::database::postgres
