#include "passwords/filter_format.hpp"

#include <algorithm>
#include <cstring>

namespace gatehouse::passwords {
namespace {

constexpr unsigned bits_per_byte = 8;

template <class Number>
void append_number(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) out += static_cast<char>(number >> (i * bits_per_byte));
}

/// Reads the fields of a record, one after the other.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class Number>
  Number next() {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      number |= std::to_integer<std::uint64_t>(rest_[i]) << (i * bits_per_byte);
    }
    rest_ = rest_.subspan(sizeof(Number));
    return static_cast<Number>(number);
  }
  std::span<const std::byte> next_bytes(std::size_t count) {
    const auto bytes = rest_.first(count);
    rest_ = rest_.subspan(count);
    return bytes;
  }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace

std::uint64_t filter_key(std::span<const unsigned char, 20> sha1) {
  std::uint64_t key = 0;
  for (const unsigned char byte : sha1.first<sizeof key>()) key = (key << bits_per_byte) | byte;
  return key;
}

void append_header(std::string& out, const FilterHeader& header) {
  out += filter_magic;
  append_number(out, filter_version);
  append_number(out, std::uint32_t{header.partition_bits});
  append_number(out, std::uint32_t{0});
  append_number(out, header.keys);
  append_number(out, header.file_bytes);
  out.append(reinterpret_cast<const char*>(header.sha256.data()), header.sha256.size());
}

void append_partition(std::string& out, const FilterPartition& partition) {
  append_number(out, partition.offset);
  append_number(out, partition.shape.seed);
  append_number(out, partition.shape.segment_length);
  append_number(out, partition.shape.segment_count);
}

void append_fingerprints(std::string& out, std::span<const Fingerprint> fingerprints) {
  for (const Fingerprint one : fingerprints) append_number(out, one);
}

std::optional<FilterHeader> parse_header(std::span<const std::byte, filter_header_bytes> bytes) {
  Fields fields{bytes};
  const auto magic = fields.next_bytes(filter_magic.size());
  if (std::memcmp(magic.data(), filter_magic.data(), magic.size()) != 0) return std::nullopt;
  if (fields.next<std::uint16_t>() != filter_version) return std::nullopt;
  FilterHeader header;
  header.partition_bits = fields.next<std::uint32_t>();
  const auto zero = fields.next<std::uint32_t>();
  if (header.partition_bits > partition_bits_max || zero != 0) return std::nullopt;
  header.keys = fields.next<std::uint64_t>();
  header.file_bytes = fields.next<std::uint64_t>();
  std::ranges::copy(fields.next_bytes(header.sha256.size()), header.sha256.begin());
  return header;
}

FilterPartition parse_partition(std::span<const std::byte, filter_entry_bytes> bytes) {
  Fields fields{bytes};
  FilterPartition partition;
  partition.offset = fields.next<std::uint64_t>();
  partition.shape.seed = fields.next<std::uint64_t>();
  partition.shape.segment_length = fields.next<std::uint32_t>();
  partition.shape.segment_count = fields.next<std::uint32_t>();
  return partition;
}

}  // namespace gatehouse::passwords
