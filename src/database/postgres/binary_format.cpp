#include "database/postgres/binary_format.hpp"

#include <bit>
#include <cassert>
#include <limits>

namespace gatehouse::database::postgres {

namespace {

constexpr int binary_format = 1;
constexpr auto infinity = std::numeric_limits<std::int64_t>::max();
constexpr auto minus_infinity = std::numeric_limits<std::int64_t>::min();

static_assert(std::endian::native == std::endian::little, "the wire format is written by swapping bytes");

struct TypeOfValue {
  TypeOid operator()(std::monostate) const { return TypeOid::unknown; }
  TypeOid operator()(std::int64_t) const { return TypeOid::int8; }
  TypeOid operator()(const std::string&) const { return TypeOid::text; }
  TypeOid operator()(TimePoint) const { return TypeOid::timestamptz; }
  TypeOid operator()(const Blob&) const { return TypeOid::bytea; }
};

}  // namespace

std::int64_t to_postgres_us(std::int64_t unix_us) noexcept {
  if (unix_us == infinity) return infinity;
  if (unix_us < minus_infinity + postgres_epoch_us) return minus_infinity;
  return unix_us - postgres_epoch_us;
}

std::int64_t to_unix_us_from_postgres(std::int64_t postgres_us) noexcept {
  if (postgres_us == minus_infinity) return minus_infinity;
  if (postgres_us > infinity - postgres_epoch_us) return infinity;
  return postgres_us + postgres_epoch_us;
}

std::int64_t read_integer(std::string_view bytes) noexcept {
  assert(!bytes.empty() && bytes.size() <= 8);
  // The sign comes from the first byte; the rest is shifted in below it.
  auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<signed char>(bytes.front())));
  for (const char byte : bytes.substr(1)) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

TypeOid type_of(const Value& value) noexcept { return std::visit(TypeOfValue{}, value); }

void EncodedParameters::assign(const Parameters& parameters) {
  values_.clear();
  lengths_.clear();
  formats_.assign(parameters.size(), binary_format);
  types_.clear();
  integers_.clear();
  integers_.reserve(parameters.size());
  for (const Value& value : parameters) {
    types_.push_back(static_cast<std::uint32_t>(type_of(value)));
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      add_integer(*number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      add_bytes(*text);
    } else if (const auto* time = std::get_if<TimePoint>(&value)) {
      add_integer(to_postgres_us(gatehouse::to_unix_us(*time)));
    } else if (const auto* blob = std::get_if<Blob>(&value)) {
      add_bytes(blob->bytes);
    } else {
      values_.push_back(nullptr);
      lengths_.push_back(0);
    }
  }
}

void EncodedParameters::add_bytes(std::string_view bytes) {
  values_.push_back(bytes.data());
  lengths_.push_back(static_cast<int>(bytes.size()));
}

void EncodedParameters::add_integer(std::int64_t value) {
  integers_.push_back(std::byteswap(static_cast<std::uint64_t>(value)));
  add_bytes({reinterpret_cast<const char*>(&integers_.back()), sizeof(std::uint64_t)});
}

}  // namespace gatehouse::database::postgres
