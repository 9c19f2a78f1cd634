#include "passwords/firebase_format.hpp"

#include <utility>

#include "passwords/base64.hpp"
#include "passwords/phc_reader.hpp"

namespace gatehouse::passwords {
namespace {

bool read_padded(std::string_view text, std::string& bytes, SizeRange size) {
  auto decoded = from_padded_base64(text);
  if (!decoded || decoded->size() < size.min || decoded->size() > size.max) return false;
  bytes = *std::move(decoded);
  return true;
}

/// Takes base64 up to and including `end`.
bool take_padded(PhcReader& reader, std::string& bytes, char end, SizeRange size) {
  return read_padded(reader.take_until(end), bytes, size);
}

bool take_firebase_cost(PhcReader& reader, FirebaseCost& cost) {
  return reader.take(firebase_prefix) && take_scrypt_cost(reader, cost.scrypt) && reader.take(",ss=") &&
         take_padded(reader, cost.salt_separator, ',', {0, PhcLimits::salt_separator_bytes_max}) &&
         reader.take("sk=") &&
         take_padded(reader, cost.signer_key, '$', {PhcLimits::signer_key_bytes_min, PhcLimits::digest_bytes_max});
}

}  // namespace

std::optional<Phc> parse_firebase(std::string_view text) {
  PhcReader reader(text);
  FirebaseCost cost;
  if (!take_firebase_cost(reader, cost)) return std::nullopt;
  Phc phc{.format = {}, .salt = {}, .digest = {}};
  const SizeRange digest_bytes{cost.signer_key.size(), cost.signer_key.size()};
  if (!take_padded(reader, phc.salt, '$', {PhcLimits::salt_bytes_min, PhcLimits::salt_bytes_max})) return std::nullopt;
  if (!read_padded(reader.take_some(std::string_view::npos), phc.digest, digest_bytes)) return std::nullopt;
  phc.format = std::move(cost);
  return phc;
}

std::string firebase_text(const Phc& phc) {
  const FirebaseCost& cost = std::get<FirebaseCost>(phc.format);
  std::string text = std::string{firebase_prefix} + std::to_string(cost.scrypt.log2_n) +
                     ",r=" + std::to_string(cost.scrypt.block) + ",p=" + std::to_string(cost.scrypt.parallel) + ",ss=";
  append_padded_base64(text, cost.salt_separator);
  text += ",sk=";
  append_padded_base64(text, cost.signer_key);
  text += '$';
  append_padded_base64(text, phc.salt);
  text += '$';
  append_padded_base64(text, phc.digest);
  return text;
}

}  // namespace gatehouse::passwords
