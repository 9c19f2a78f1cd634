#include "passwords/phc.hpp"

#include <charconv>
#include <utility>

namespace gatehouse::passwords {

// Invariant: one hash has one text. Whatever parse_phc() takes, to_text() writes again to the byte, because libsodium
// checks Argon2id by the text and because equal formats must compare equal. Numbers without leading zeros, one order of
// the parameters and clean base64 follow from it. Everything read is checked against PhcLimits before it can cost
// anything: whoever can write a row must not be able to make a login take a minute or a gigabyte.

namespace {

constexpr std::string_view argon2id_prefix = "$argon2id$v=19$m=";
constexpr std::string_view pbkdf2_prefix = "$pbkdf2-sha512$i=";
constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Strict base64 without padding; sodium_base642bin is not used because it takes some bytes above 0x7f for letters.
std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (const char letter : text) {
    const std::size_t value = base64_letters.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes += static_cast<char>(bits >> bit_count & 0xff);
  }
  // Six bits left over are a letter too many, and set bits in the rest a second spelling of the same bytes.
  const bool whole_bytes = bit_count < 6 && (bits & ((1U << bit_count) - 1)) == 0;
  if (!whole_bytes) return std::nullopt;
  return bytes;
}

void append_base64(std::string& out, std::string_view bytes) {
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (bit_count += 8; bit_count >= 6; bit_count -= 6) out += base64_letters[bits >> (bit_count - 6) & 0x3f];
  }
  if (bit_count > 0) out += base64_letters[bits << (6 - bit_count) & 0x3f];
}

struct SizeRange {
  std::size_t min;
  std::size_t max;
};

/// Reads a PHC string from the left; each step takes what it accepts off the front.
class PhcReader {
 public:
  explicit PhcReader(std::string_view text) : rest_(text) {}

  bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool take_number(std::uint32_t& value, std::uint32_t min, std::uint32_t max) {
    // No parameter may be 0, so this refuses leading zeros and nothing else.
    if (rest_.starts_with('0')) return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{} || value < min || value > max) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  /// Base64 up to the next '$' or the end.
  bool take_bytes(std::string& bytes, SizeRange size) {
    const std::string_view text = rest_.substr(0, rest_.find('$'));
    rest_.remove_prefix(text.size());
    // Not too long to decode before it is measured: the whole text is bounded.
    auto decoded = from_base64(text);
    if (!decoded || decoded->size() < size.min || decoded->size() > size.max) return false;
    bytes = std::move(*decoded);
    return true;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<PhcFormat> take_format(PhcReader& reader) {
  if (reader.take(argon2id_prefix)) {
    Argon2idCost cost;
    const bool valid = reader.take_number(cost.memory_kib, PhcLimits::memory_kib_min, PhcLimits::memory_kib_max) &&
                       reader.take(",t=") && reader.take_number(cost.passes, 1, PhcLimits::passes_max) &&
                       reader.take(",p=1$");
    if (valid) return cost;
  } else if (reader.take(pbkdf2_prefix)) {
    Pbkdf2Cost cost;
    if (reader.take_number(cost.iterations, 1, PhcLimits::iterations_max) && reader.take("$")) return cost;
  }
  return std::nullopt;
}

std::string format_text(const Argon2idCost& cost) {
  return std::string(argon2id_prefix) + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) + ",p=1$";
}

std::string format_text(const Pbkdf2Cost& cost) {
  return std::string(pbkdf2_prefix) + std::to_string(cost.iterations) + '$';
}

}  // namespace

std::optional<Phc> parse_phc(std::string_view text) {
  if (text.size() > PhcLimits::text_bytes_max) return std::nullopt;
  PhcReader reader(text);
  const auto format = take_format(reader);
  if (!format) return std::nullopt;
  Phc phc{.format = *format, .salt = {}, .digest = {}};
  const bool valid =
      reader.take_bytes(phc.salt, {PhcLimits::salt_bytes_min, PhcLimits::salt_bytes_max}) && reader.take("$") &&
      reader.take_bytes(phc.digest, {PhcLimits::digest_bytes_min, PhcLimits::digest_bytes_max}) && reader.at_end();
  if (!valid) return std::nullopt;
  return phc;
}

std::string to_text(const PhcFormat& format) {
  return std::visit([](const auto& cost) { return format_text(cost); }, format);
}

std::string to_text(const Phc& phc) {
  std::string text = to_text(phc.format);
  append_base64(text, phc.salt);
  text += '$';
  append_base64(text, phc.digest);
  return text;
}

}  // namespace gatehouse::passwords
