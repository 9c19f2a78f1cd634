#include "passwords/imported_fast_hash.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/text.hpp"
#include "passwords/base64.hpp"
#include "passwords/crypt_format.hpp"
#include "passwords/phc_reader.hpp"

namespace gatehouse::passwords {
namespace {

std::string pending_text(const FastFormat& format, std::string salt, std::string digest) {
  return to_text(Phc{.format = PendingCost{format}, .salt = std::move(salt), .digest = std::move(digest)});
}

/// Decodes the bytes of phpass: letters of crypt(3), the least significant bits of each group first.
std::optional<std::string> from_phpass_letters(std::string_view letters) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (const char letter : letters) {
    const std::size_t value = crypt_letters.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    bits |= static_cast<std::uint32_t>(value) << bit_count;
    bit_count += 6;
    if (bit_count < 8) continue;
    bytes += static_cast<char>(bits & 0xff);
    bits >>= 8;
    bit_count -= 8;
  }
  if (bits != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::optional<RawCost> raw_format_named(std::string_view name) {
  const std::string text = std::string{name} + '$';
  PhcReader reader(text);
  const auto format = take_fast_format(reader);
  const RawCost* const raw = format ? std::get_if<RawCost>(&*format) : nullptr;
  return raw != nullptr && reader.at_end() ? std::optional{*raw} : std::nullopt;
}

std::optional<RawDigest> raw_digest_like(std::string_view text) {
  if (!from_hex(text)) return std::nullopt;
  for (const RawDigest digest : {RawDigest::md5, RawDigest::sha1, RawDigest::sha256, RawDigest::sha512}) {
    const std::size_t bytes = digest_bytes_of(RawCost{.digest = digest, .salt_place = SaltPlace::none});
    if (text.size() == 2 * bytes) return digest;
  }
  return std::nullopt;
}

std::optional<std::string> read_raw(std::string_view text, const RawCost& format, std::string_view salt) {
  auto digest = from_hex(text);
  if (!digest) return std::nullopt;
  return pending_text(format, std::string{salt}, *std::move(digest));
}

std::optional<std::string> read_ssha(std::string_view text) {
  constexpr std::string_view prefix = "{SSHA}";
  const RawCost format{.digest = RawDigest::sha1, .salt_place = SaltPlace::after};
  const auto bytes = from_padded_base64(text.substr(std::min(prefix.size(), text.size())));
  const std::size_t digest_bytes = digest_bytes_of(format);
  if (!text.starts_with(prefix) || !bytes || bytes->size() < digest_bytes) return std::nullopt;
  return pending_text(format, bytes->substr(digest_bytes), bytes->substr(0, digest_bytes));
}

std::optional<std::string> read_phpass(std::string_view text) {
  constexpr std::size_t salt_letters = 8;
  PhcReader reader(text);
  if (!reader.take("$P$") && !reader.take("$H$")) return std::nullopt;
  const std::size_t log2_rounds = crypt_letters.find(reader.take_some(1));
  const std::string_view salt = reader.take_some(salt_letters);
  auto digest = from_phpass_letters(reader.take_some(std::string_view::npos));
  if (log2_rounds == std::string_view::npos || !digest) return std::nullopt;
  return pending_text(PhpassCost{.log2_rounds = static_cast<std::uint32_t>(log2_rounds)}, std::string{salt},
                      *std::move(digest));
}

std::optional<std::string> read_md5crypt(std::string_view text) {
  PhcReader reader(text);
  if (!reader.take("$1$")) return std::nullopt;
  const std::string_view salt = reader.take_until('$');
  const std::string_view digest = reader.take_some(std::string_view::npos);
  if (!are_crypt_letters(digest)) return std::nullopt;
  return pending_text(Md5CryptCost{}, std::string{salt}, std::string{digest});
}

Phc as_stored(Phc phc) {
  const auto* cost = std::get_if<Pbkdf2Cost>(&phc.format);
  if (cost == nullptr || cost->iterations >= FastLimits::slow_iterations) return phc;
  const FastPbkdf2Cost inner{.cost = *cost, .digest_bytes = static_cast<std::uint32_t>(phc.digest.size())};
  phc.format = PendingCost{inner};
  return phc;
}

}  // namespace gatehouse::passwords
