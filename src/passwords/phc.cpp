#include "passwords/phc.hpp"

#include <charconv>
#include <utility>

#include "passwords/base64.hpp"

namespace gatehouse::passwords {

// Invariant: one hash has one text. Whatever parse_phc() takes, to_text() writes again to the byte, because libsodium
// checks Argon2id by the text and because equal formats must compare equal. Numbers without leading zeros, one order of
// the parameters and clean base64 follow from it. Everything read is checked against PhcLimits before it can cost
// anything: whoever can write a row must not be able to make a login take a minute or a gigabyte.

namespace {

constexpr std::string_view argon2id_prefix = "$argon2id$v=19$m=";
constexpr std::string_view scrypt_prefix = "$scrypt$ln=";
constexpr std::size_t bcrypt_salt_bytes = 16;
constexpr std::size_t bcrypt_salt_letters = 22;
constexpr std::size_t bcrypt_digest_bytes = 23;

std::string_view prefix_of(Pbkdf2Digest digest) {
  switch (digest) {
    case Pbkdf2Digest::sha1:
      return "$pbkdf2-sha1$i=";
    case Pbkdf2Digest::sha256:
      return "$pbkdf2-sha256$i=";
    case Pbkdf2Digest::sha512:
      return "$pbkdf2-sha512$i=";
  }
  return "";
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
    return take_letters(bytes, text.size(), size, Base64Alphabet::standard);
  }

  /// Base64 of so many letters, or of all that are left.
  bool take_letters(std::string& bytes, std::size_t count, SizeRange size, Base64Alphabet alphabet) {
    const std::string_view text = rest_.substr(0, count);
    rest_.remove_prefix(text.size());
    // Not too long to decode before it is measured: the whole text is bounded.
    auto decoded = from_base64(text, alphabet);
    if (!decoded || decoded->size() < size.min || decoded->size() > size.max) return false;
    bytes = std::move(*decoded);
    return true;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<PhcFormat> take_argon2id(PhcReader& reader) {
  Argon2idCost cost;
  const bool is_valid = reader.take_number(cost.memory_kib, PhcLimits::memory_kib_min, PhcLimits::memory_kib_max) &&
                        reader.take(",t=") && reader.take_number(cost.passes, 1, PhcLimits::passes_max) &&
                        reader.take(",p=") && reader.take_number(cost.lanes, 1, PhcLimits::lanes_max) &&
                        reader.take("$") && cost.memory_kib >= PhcLimits::lane_kib_min * cost.lanes;
  return is_valid ? std::optional<PhcFormat>{cost} : std::nullopt;
}

std::optional<PhcFormat> take_scrypt(PhcReader& reader) {
  ScryptCost cost;
  const bool is_valid = reader.take_number(cost.log2_n, 1, PhcLimits::scrypt_log2_n_max) && reader.take(",r=") &&
                        reader.take_number(cost.block, 1, PhcLimits::scrypt_block_max) && reader.take(",p=") &&
                        reader.take_number(cost.parallel, 1, PhcLimits::scrypt_parallel_max) && reader.take("$");
  constexpr std::uint64_t bytes_of_block = 128;
  const bool is_within = is_valid && (bytes_of_block * cost.block << cost.log2_n) <= PhcLimits::scrypt_bytes_max;
  return is_within ? std::optional<PhcFormat>{cost} : std::nullopt;
}

std::optional<PhcFormat> take_bcrypt(PhcReader& reader, char variant) {
  BcryptCost cost{.variant = variant};
  const bool begins_with_zero = reader.take("0");
  const bool is_valid =
      reader.take_number(cost.log2_rounds, PhcLimits::bcrypt_rounds_min, PhcLimits::bcrypt_rounds_max) &&
      reader.take("$") && begins_with_zero == (cost.log2_rounds < 10);  // two digits
  return is_valid ? std::optional<PhcFormat>{cost} : std::nullopt;
}

std::optional<PhcFormat> take_format(PhcReader& reader) {
  if (reader.take(argon2id_prefix)) return take_argon2id(reader);
  if (reader.take(scrypt_prefix)) return take_scrypt(reader);
  for (const Pbkdf2Digest digest : {Pbkdf2Digest::sha512, Pbkdf2Digest::sha256, Pbkdf2Digest::sha1}) {
    Pbkdf2Cost cost{.digest = digest};
    if (!reader.take(prefix_of(digest))) continue;
    if (reader.take_number(cost.iterations, 1, PhcLimits::iterations_max) && reader.take("$")) return cost;
    return std::nullopt;
  }
  for (const char variant : {'b', 'a', 'y'}) {
    if (reader.take(std::string{"$2"} + variant + '$')) return take_bcrypt(reader, variant);
  }
  return std::nullopt;
}

bool take_bcrypt_bytes(PhcReader& reader, Phc& phc) {
  return reader.take_letters(phc.salt, bcrypt_salt_letters, {bcrypt_salt_bytes, bcrypt_salt_bytes},
                             Base64Alphabet::bcrypt) &&
         reader.take_letters(phc.digest, std::string_view::npos, {bcrypt_digest_bytes, bcrypt_digest_bytes},
                             Base64Alphabet::bcrypt);
}

bool take_salt_and_digest(PhcReader& reader, Phc& phc) {
  if (std::holds_alternative<BcryptCost>(phc.format)) return take_bcrypt_bytes(reader, phc);
  // A longer one of PBKDF2 costs several times as much.
  const bool is_pbkdf2 = std::holds_alternative<Pbkdf2Cost>(phc.format);
  const std::size_t digest_bytes_max = is_pbkdf2 ? usual_digest_bytes(phc.format) : PhcLimits::digest_bytes_max;
  return reader.take_bytes(phc.salt, {PhcLimits::salt_bytes_min, PhcLimits::salt_bytes_max}) && reader.take("$") &&
         reader.take_bytes(phc.digest, {PhcLimits::digest_bytes_min, digest_bytes_max}) && reader.at_end();
}

std::string format_text(const Argon2idCost& cost) {
  return std::string(argon2id_prefix) + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) +
         ",p=" + std::to_string(cost.lanes) + '$';
}

std::string format_text(const Pbkdf2Cost& cost) {
  return std::string(prefix_of(cost.digest)) + std::to_string(cost.iterations) + '$';
}

std::string format_text(const ScryptCost& cost) {
  return std::string(scrypt_prefix) + std::to_string(cost.log2_n) + ",r=" + std::to_string(cost.block) +
         ",p=" + std::to_string(cost.parallel) + '$';
}

std::string format_text(const BcryptCost& cost) {
  return std::string{"$2"} + cost.variant + (cost.log2_rounds < 10 ? "$0" : "$") + std::to_string(cost.log2_rounds) +
         '$';
}

}  // namespace

std::size_t usual_digest_bytes(const PhcFormat& format) {
  constexpr std::size_t sha1_bytes = 20;
  constexpr std::size_t sha256_bytes = 32;
  constexpr std::size_t sha512_bytes = 64;
  if (std::holds_alternative<BcryptCost>(format)) return bcrypt_digest_bytes;
  const auto* pbkdf2 = std::get_if<Pbkdf2Cost>(&format);
  if (pbkdf2 == nullptr || pbkdf2->digest == Pbkdf2Digest::sha256) return sha256_bytes;
  return pbkdf2->digest == Pbkdf2Digest::sha1 ? sha1_bytes : sha512_bytes;
}

std::optional<Phc> parse_phc(std::string_view text) {
  if (text.size() > PhcLimits::text_bytes_max) return std::nullopt;
  PhcReader reader(text);
  const auto format = take_format(reader);
  if (!format) return std::nullopt;
  Phc phc{.format = *format, .salt = {}, .digest = {}};
  if (!take_salt_and_digest(reader, phc)) return std::nullopt;
  return phc;
}

std::string to_text(const PhcFormat& format) {
  return std::visit([](const auto& cost) { return format_text(cost); }, format);
}

std::string to_text(const Phc& phc) {
  const bool is_bcrypt = std::holds_alternative<BcryptCost>(phc.format);
  const Base64Alphabet alphabet = is_bcrypt ? Base64Alphabet::bcrypt : Base64Alphabet::standard;
  std::string text = to_text(phc.format);
  append_base64(text, phc.salt, alphabet);
  if (!is_bcrypt) text += '$';
  append_base64(text, phc.digest, alphabet);
  return text;
}

}  // namespace gatehouse::passwords
