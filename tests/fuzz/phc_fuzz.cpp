#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "passwords/hashing.hpp"
#include "passwords/phc.hpp"

namespace {

using namespace gatehouse::passwords;

void require(bool holds) {
  if (!holds) std::abort();
}

/// libsodium reads the same cost in the text.
void check_argon2id(const Argon2idCost& cost, const std::string& text) {
  require(cost.memory_kib >= PhcLimits::memory_kib_min && cost.memory_kib <= PhcLimits::memory_kib_max);
  require(cost.passes >= 1 && cost.passes <= PhcLimits::passes_max);
  require(cost.memory_kib >= 8 * cost.lanes && cost.lanes >= 1 && cost.lanes <= PhcLimits::lanes_max);
  // libsodium looks only into strings as short as those it writes itself.
  if (text.size() >= crypto_pwhash_argon2id_STRBYTES) return;
  const std::size_t memory_bytes = std::size_t{cost.memory_kib} * 1024;
  require(crypto_pwhash_argon2id_str_needs_rehash(text.c_str(), cost.passes, memory_bytes) == 0);
}

/// What the parser takes has one spelling and is within the limits.
void check_phc(const std::string& text) {
  const auto phc = parse_phc(text);
  if (!phc) return;
  require(to_text(*phc) == text);
  require(phc->salt.size() >= PhcLimits::salt_bytes_min && phc->salt.size() <= PhcLimits::salt_bytes_max);
  require(phc->digest.size() >= PhcLimits::digest_bytes_min && phc->digest.size() <= PhcLimits::digest_bytes_max);
  if (const auto* pbkdf2 = std::get_if<Pbkdf2Cost>(&phc->format)) {
    require(pbkdf2->iterations >= 1 && pbkdf2->iterations <= PhcLimits::iterations_max);
    require(phc->digest.size() <= usual_digest_bytes(phc->format));
  } else if (const auto* scrypt = std::get_if<ScryptCost>(&phc->format)) {
    require((std::uint64_t{128} * scrypt->block << scrypt->log2_n) <= PhcLimits::scrypt_bytes_max);
  } else if (const auto* bcrypt = std::get_if<BcryptCost>(&phc->format)) {
    require(bcrypt->log2_rounds <= PhcLimits::bcrypt_rounds_max && text.size() == 60);
  } else {
    check_argon2id(std::get<Argon2idCost>(phc->format), text);
  }
}

/// The columns of an Express row, parted by the first line feed.
void check_express(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return;
  const auto express = parse_express(text.substr(0, end), text.substr(end + 1));
  require(!express || express->digest.size() == ExpressHash::digest_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  check_phc(text);
  check_express(text);
  return 0;
}
