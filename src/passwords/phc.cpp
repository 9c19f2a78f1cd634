#include "passwords/phc.hpp"

#include "passwords/base64.hpp"
#include "passwords/crypt_format.hpp"
#include "passwords/firebase_format.hpp"
#include "passwords/phc_reader.hpp"

namespace gatehouse::passwords {

// Invariant: one hash has one text. Whatever parse_phc() accepts, to_text() reproduces byte for byte, because libsodium
// checks Argon2id by the text and because equal formats must compare equal. Hence numbers have no leading zeros,
// parameters have one order, and unused base64 bits are zero. Everything read is checked against PhcLimits before it
// can cost anything: whoever can write a row must not be able to make a login take a minute or a gigabyte.

namespace {

constexpr std::string_view argon2id_prefix = "$argon2id$v=19$m=";
constexpr std::string_view argon2i_prefix = "$argon2i$v=19$m=";
constexpr std::string_view onion_prefix = "$onion$";
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

/// Takes what follows `$m=`, up to and including the `$` before the salt.
template <class Cost>
std::optional<Cost> take_argon2(PhcReader& reader) {
  Cost cost;
  const bool is_valid = reader.take_number(cost.memory_kib, PhcLimits::memory_kib_min, PhcLimits::memory_kib_max) &&
                        reader.take(",t=") && reader.take_number(cost.passes, 1, PhcLimits::passes_max) &&
                        reader.take(",p=") && reader.take_number(cost.lanes, 1, PhcLimits::lanes_max) &&
                        reader.take("$") && cost.memory_kib >= PhcLimits::lane_kib_min * cost.lanes;
  return is_valid ? std::optional{cost} : std::nullopt;
}

std::optional<PhcFormat> take_scrypt(PhcReader& reader) {
  ScryptCost cost;
  const bool is_valid = take_scrypt_cost(reader, cost) && reader.take("$");
  return is_valid ? std::optional<PhcFormat>{cost} : std::nullopt;
}

std::optional<PhcFormat> take_pending(PhcReader& reader) {
  const auto inner = take_fast_format(reader);
  return inner ? std::optional<PhcFormat>{PendingCost{*inner}} : std::nullopt;
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
  if (reader.take(argon2id_prefix)) return take_argon2<Argon2idCost>(reader);
  if (reader.take(argon2i_prefix)) return take_argon2<Argon2iCost>(reader);
  if (reader.take(scrypt_prefix)) return take_scrypt(reader);
  if (reader.take(pending_prefix)) return take_pending(reader);
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
  if (const auto* pending = std::get_if<PendingCost>(&phc.format)) {
    const std::size_t digest_bytes = digest_bytes_of(pending->inner);
    return take_fast_salt(reader, pending->inner, phc.salt) && reader.take("$") &&
           reader.take_bytes(phc.digest, {digest_bytes, digest_bytes}) && reader.at_end();
  }
  // A longer digest of PBKDF2 would cost several times as much.
  const bool is_pbkdf2 = std::holds_alternative<Pbkdf2Cost>(phc.format);
  const std::size_t digest_bytes_max = is_pbkdf2 ? usual_digest_bytes(phc.format) : PhcLimits::digest_bytes_max;
  return reader.take_bytes(phc.salt, {PhcLimits::salt_bytes_min, PhcLimits::salt_bytes_max}) && reader.take("$") &&
         reader.take_bytes(phc.digest, {PhcLimits::digest_bytes_min, digest_bytes_max}) && reader.at_end();
}

/// Argon2id of the digest of another hash, whose format and salt come first.
std::optional<Phc> parse_onion(PhcReader& reader) {
  const auto inner = take_fast_format(reader);
  Phc phc{.format = {}, .salt = {}, .digest = {}};
  if (!inner || !take_fast_salt(reader, *inner, phc.inner_salt) || !reader.take(argon2id_prefix)) return std::nullopt;
  const auto outer = take_argon2<Argon2idCost>(reader);
  if (!outer || !take_salt_and_digest(reader, phc)) return std::nullopt;
  phc.format = OnionCost{.inner = *inner, .outer = *outer};
  return phc;
}

template <class Cost>
std::string argon2_text(std::string_view prefix, const Cost& cost) {
  return std::string(prefix) + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) +
         ",p=" + std::to_string(cost.lanes) + '$';
}

std::string format_text(const Argon2idCost& cost) { return argon2_text(argon2id_prefix, cost); }
std::string format_text(const Argon2iCost& cost) { return argon2_text(argon2i_prefix, cost); }

std::string format_text(const PendingCost& cost) { return std::string{pending_prefix} + to_text(cost.inner); }

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

/// The text of a hash, by its format.
struct TextOf {
  const Phc& phc;

  template <class Cost>
  std::string operator()(const Cost& cost) const {
    std::string text = format_text(cost);
    append_base64(text, phc.salt, Base64Alphabet::standard);
    text += '$';
    append_base64(text, phc.digest, Base64Alphabet::standard);
    return text;
  }
  std::string operator()(const BcryptCost& cost) const {
    std::string text = format_text(cost);
    append_base64(text, phc.salt, Base64Alphabet::bcrypt);
    append_base64(text, phc.digest, Base64Alphabet::bcrypt);
    return text;
  }
  std::string operator()(const CryptCost& /*cost*/) const { return crypt_text(phc); }
  std::string operator()(const FirebaseCost& /*cost*/) const { return firebase_text(phc); }
  std::string operator()(const OnionCost& cost) const {
    std::string text = std::string{onion_prefix} + to_text(cost.inner);
    append_base64(text, phc.inner_salt, Base64Alphabet::standard);
    return text + to_text(Phc{.format = cost.outer, .salt = phc.salt, .digest = phc.digest});
  }
};

/// How long a digest is, by its format.
struct DigestBytesOf {
  static constexpr std::size_t sha1_bytes = 20;
  static constexpr std::size_t sha256_bytes = 32;
  static constexpr std::size_t sha512_bytes = 64;

  template <class Cost>
  std::size_t operator()(const Cost& /*of Argon2 or scrypt*/) const {
    return sha256_bytes;
  }
  std::size_t operator()(const BcryptCost& /*cost*/) const { return bcrypt_digest_bytes; }
  std::size_t operator()(const CryptCost& cost) const { return digest_letters_of(cost.method); }
  std::size_t operator()(const FirebaseCost& cost) const { return cost.signer_key.size(); }
  std::size_t operator()(const PendingCost& cost) const { return digest_bytes_of(cost.inner); }
  std::size_t operator()(const Pbkdf2Cost& cost) const {
    if (cost.digest == Pbkdf2Digest::sha256) return sha256_bytes;
    return cost.digest == Pbkdf2Digest::sha1 ? sha1_bytes : sha512_bytes;
  }
};

}  // namespace

std::size_t usual_digest_bytes(const PhcFormat& format) { return std::visit(DigestBytesOf{}, format); }

std::optional<Phc> parse_phc(std::string_view text) {
  if (text.size() > PhcLimits::text_bytes_max) return std::nullopt;
  if (text.starts_with(firebase_prefix)) return parse_firebase(text);
  PhcReader reader(text);
  if (reader.take(onion_prefix)) return parse_onion(reader);
  const auto format = take_format(reader);
  if (!format) return parse_crypt(text);
  Phc phc{.format = *format, .salt = {}, .digest = {}};
  if (!take_salt_and_digest(reader, phc)) return std::nullopt;
  return phc;
}

std::string to_text(const Phc& phc) { return std::visit(TextOf{phc}, phc.format); }

}  // namespace gatehouse::passwords
