#include "api/sealed_place.hpp"

#include <array>
#include <cstring>

#include "base/base64url.hpp"
#include "crypto/kdf.hpp"

namespace gatehouse::api {
namespace {

using Plain = std::array<std::int64_t, 2>;  ///< time in microseconds, id; replicas share a byte order

crypto::Aead::Key derive(const SecretString& secret, std::string_view purpose) {
  crypto::Aead::Key key;
  crypto::derive_key(secret.reveal(), purpose, key);
  return key;
}

}  // namespace

SealedPlace::SealedPlace(const SecretString& secret, std::string_view purpose)
    : purpose_(purpose), aead_(derive(secret, purpose)) {}

std::string SealedPlace::write(const ListPlace& place, crypto::Random& random) const {
  const Plain plain{to_unix_us(place.time), place.id};
  std::string sealed(sizeof(plain) + crypto::Aead::overhead_bytes, '\0');
  aead_.seal({reinterpret_cast<const char*>(plain.data()), sizeof(plain)}, purpose_, random, sealed.data());
  return to_base64url(sealed);
}

std::optional<ListPlace> SealedPlace::read(std::string_view text) const {
  Plain plain{};
  std::array<char, sizeof(plain) + crypto::Aead::overhead_bytes> sealed{};
  if (decode_base64url(text, sealed.data(), sealed.size()) != sealed.size()) return std::nullopt;
  if (!aead_.open({sealed.data(), sealed.size()}, purpose_, reinterpret_cast<char*>(plain.data()))) return std::nullopt;
  return ListPlace{.time = from_unix_us(plain[0]), .id = plain[1]};
}

}  // namespace gatehouse::api
