#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "passwords/crypt_format.hpp"
#include "passwords/hashing.hpp"
#include "passwords/imported_hash.hpp"
#include "passwords/phc.hpp"

namespace {

using namespace gatehouse::passwords;

void require(bool holds) {
  if (!holds) std::abort();
}

/// libsodium must read the same cost from the text.
void check_argon2id(const Argon2idCost& cost, const std::string& text) {
  require(cost.memory_kib >= PhcLimits::memory_kib_min && cost.memory_kib <= PhcLimits::memory_kib_max);
  require(cost.passes >= 1 && cost.passes <= PhcLimits::passes_max);
  require(cost.memory_kib >= 8 * cost.lanes && cost.lanes >= 1 && cost.lanes <= PhcLimits::lanes_max);
  // libsodium parses only strings that are as short as its own.
  if (text.size() >= crypto_pwhash_argon2id_STRBYTES) return;
  const std::size_t memory_bytes = std::size_t{cost.memory_kib} * 1024;
  require(crypto_pwhash_argon2id_str_needs_rehash(text.c_str(), cost.passes, memory_bytes) == 0);
}

void check_scrypt(const ScryptCost& cost) {
  require((std::uint64_t{128} * cost.block << cost.log2_n) <= PhcLimits::scrypt_bytes_max);
  require(cost.parallel >= 1 && cost.parallel <= PhcLimits::scrypt_parallel_max);
}

/// Checks the limits of a hash by its format.
struct Limits {
  const Phc& phc;
  const std::string& text;

  void operator()(const Argon2idCost& cost) const { check_argon2id(cost, text); }
  void operator()(const Argon2iCost& cost) const {
    require(cost.memory_kib <= PhcLimits::memory_kib_max && cost.passes <= PhcLimits::passes_max);
  }
  void operator()(const Pbkdf2Cost& cost) const {
    require(cost.iterations >= 1 && cost.iterations <= PhcLimits::iterations_max);
    require(phc.digest.size() <= usual_digest_bytes(phc.format));
  }
  void operator()(const ScryptCost& cost) const { check_scrypt(cost); }
  void operator()(const FirebaseCost& cost) const { check_scrypt(cost.scrypt); }
  void operator()(const BcryptCost& cost) const {
    require(cost.log2_rounds <= PhcLimits::bcrypt_rounds_max && text.size() == 60);
  }
  void operator()(const CryptCost& cost) const { require(phc.digest.size() == digest_letters_of(cost.method)); }
  void operator()(const PendingCost& cost) const { require(phc.digest.size() == digest_bytes_of(cost.inner)); }
  void operator()(const OnionCost& cost) const {
    require(phc.inner_salt.size() <= FastLimits::salt_bytes_max);
    require(cost.outer.memory_kib <= PhcLimits::memory_kib_max);
  }
};

/// A text that the parser accepts is the only spelling of its hash, and is within the limits.
void check_phc(const std::string& text) {
  const auto phc = parse_phc(text);
  if (!phc) return;
  require(to_text(*phc) == text);
  require(phc->salt.size() <= FastLimits::salt_bytes_max);
  require(phc->digest.size() >= PhcLimits::digest_bytes_min && phc->digest.size() <= 86);
  std::visit(Limits{*phc, text}, phc->format);
}

/// A hash that an import accepts can be checked, and stays the same when it is imported again.
void check_imported(const std::string& text) {
  const auto stored = read_imported({.text = text});
  if (!stored || stored->salt) return;
  require(parse_phc(*stored->hash).has_value());
  require(read_imported({.text = *stored->hash})->hash == stored->hash);
}

/// The columns of an Express row, separated by the first line feed.
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
  check_imported(text);
  check_express(text);
  return 0;
}
