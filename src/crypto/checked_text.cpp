#include "crypto/checked_text.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/base64url.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t secret_bytes = 32;
static_assert(base64url_length(secret_bytes) == checked_secret_length);

using Checksum = std::array<char, checksum_length>;

/// How many bytes one step of the sum takes (Kounavis and Berry, 2005). With one, as in boost::crc_32_type, the sum
/// would be the larger part of the cost of checking an API key.
constexpr std::size_t slices = 8;
using SumTables = std::array<std::array<std::uint32_t, 256>, slices>;

consteval SumTables make_sum_tables() {
  constexpr std::uint32_t polynomial = 0xedb88320;
  SumTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? polynomial : 0);
    tables[0][byte] = sum;
  }
  for (std::size_t slice = 1; slice < slices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr SumTables sum_tables = make_sum_tables();

/// CRC-32, as in zip and gzip.
std::uint32_t crc32_of(std::string_view text) {
  static_assert(std::endian::native == std::endian::little);
  std::uint32_t sum = ~std::uint32_t{0};
  for (; text.size() >= slices; text.remove_prefix(slices)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), slices);
    word ^= sum;
    sum = 0;
    for (std::size_t i = 0; i < slices; ++i) sum ^= sum_tables[slices - 1 - i][(word >> (8 * i)) & 0xff];
  }
  for (const char c : text) sum = (sum >> 8) ^ sum_tables[0][(sum ^ static_cast<unsigned char>(c)) & 0xff];
  return ~sum;
}

/// 62^6 is more than 2^32, so different sums have different texts.
Checksum checksum_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr auto base = static_cast<std::uint32_t>(digits.size());
  std::uint32_t sum = crc32_of(text);
  Checksum checksum;
  for (std::size_t i = checksum.size(); i-- > 0; sum /= base) checksum[i] = digits[sum % base];
  return checksum;
}

}  // namespace

SecretString make_checked_text(std::string_view prefix, Random& random) {
  std::array<char, secret_bytes> secret;
  random.fill(std::as_writable_bytes(std::span{secret}));
  std::string text{prefix};
  text += to_base64url({secret.data(), secret.size()});
  wipe_memory(secret.data(), secret.size());
  const Checksum checksum = checksum_of(text);
  text.append(checksum.data(), checksum.size());
  SecretString made{text};
  wipe_memory(text.data(), text.size());
  return made;
}

bool is_checked_text(std::string_view text, std::string_view prefix) {
  if (text.size() != prefix.size() + checked_secret_length + checksum_length || !text.starts_with(prefix)) return false;
  std::array<char, secret_bytes> secret;
  const std::string_view encoded = text.substr(prefix.size(), checked_secret_length);
  if (decode_base64url(encoded, secret.data(), secret.size()) != secret.size()) return false;
  const Checksum checksum = checksum_of(text.substr(0, text.size() - checksum_length));
  return text.ends_with(std::string_view{checksum.data(), checksum.size()});
}

}  // namespace gatehouse::crypto
