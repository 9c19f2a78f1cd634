#include "passwords/decoy.hpp"

#include <cstddef>

#include "base/text.hpp"
#include "passwords/crypt_format.hpp"

namespace gatehouse::passwords {
namespace {

/// `count` letters of crypt(3), made from the decoy's digest.
std::string decoy_letters(const Decoy& decoy, std::size_t count) {
  std::string letters;
  for (std::size_t i = 0; i < count; ++i) {
    const auto byte = static_cast<unsigned char>(decoy.digest[i % decoy.digest.size()]);
    letters += crypt_letters[byte % crypt_letters.size()];
  }
  return letters;
}

/// As many bytes of the decoy's digest as a digest of this format has.
std::string decoy_bytes(const Decoy& decoy, const PhcFormat& format) {
  return decoy.digest.substr(0, usual_digest_bytes(format));
}

/// A salt for a fast hash.
std::string fast_salt(const FastFormat& format, const Decoy& decoy) {
  constexpr std::size_t salt_letters = 8;
  if (const auto* cost = std::get_if<RawCost>(&format)) return cost->salt_place == SaltPlace::none ? "" : decoy.salt;
  return std::holds_alternative<FastPbkdf2Cost>(format) ? decoy.salt : decoy_letters(decoy, salt_letters);
}

/// The decoy of a format.
struct MakeDecoy {
  const PhcFormat& format;
  const Decoy& decoy;

  template <class Cost>
  Phc operator()(const Cost& /*cost*/) const {
    return {.format = format, .salt = decoy.salt, .digest = decoy_bytes(decoy, format)};
  }
  Phc operator()(const CryptCost& cost) const {
    // Base64 of whole bytes without spare bits, as yescrypt requires.
    constexpr std::size_t yescrypt_salt_letters = 24;
    constexpr std::size_t salt_letters = 16;
    const bool is_yescrypt = cost.method == CryptMethod::yescrypt;
    return {.format = format,
            .salt = decoy_letters(decoy, is_yescrypt ? yescrypt_salt_letters : salt_letters),
            .digest = decoy_letters(decoy, usual_digest_bytes(format))};
  }
  Phc operator()(const PendingCost& cost) const {
    return {.format = format, .salt = fast_salt(cost.inner, decoy), .digest = decoy_bytes(decoy, format)};
  }
  Phc operator()(const OnionCost& cost) const {
    return {.format = format,
            .salt = decoy.salt,
            .digest = decoy_bytes(decoy, format),
            .inner_salt = fast_salt(cost.inner, decoy)};
  }
};

}  // namespace

Phc decoy_of(const PhcFormat& format, const Decoy& decoy) { return std::visit(MakeDecoy{format, decoy}, format); }

// The Express service's salts are 16 bytes in hex, used as text: PBKDF2 hashes 32 bytes of salt.
ExpressHash express_decoy(const Decoy& decoy) { return {.digest = decoy.digest, .salt = to_hex(decoy.salt)}; }

}  // namespace gatehouse::passwords
