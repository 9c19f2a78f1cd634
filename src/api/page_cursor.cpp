#include "api/page_cursor.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/base64url.hpp"
#include "crypto/kdf.hpp"

namespace gatehouse::api {
namespace {

constexpr std::string_view purpose = "gatehouse page cursor v1";
using Plain = std::array<std::int64_t, 2>;  ///< created_at in microseconds, id; replicas share a byte order

crypto::Aead::Key derive(const SecretString& secret) {
  crypto::Aead::Key key;
  crypto::derive_key(secret.reveal(), purpose, key);
  return key;
}

}  // namespace

PageCursor::PageCursor(const SecretString& secret) : aead_(derive(secret)) {}

std::string PageCursor::write(const users::PagePosition& position, crypto::Random& random) const {
  const Plain plain{to_unix_us(position.created_at), position.id.value};
  std::string sealed(sizeof(plain) + crypto::Aead::overhead_bytes, '\0');
  aead_.seal({reinterpret_cast<const char*>(plain.data()), sizeof(plain)}, purpose, random, sealed.data());
  return to_base64url(sealed);
}

std::optional<users::PagePosition> PageCursor::read(std::string_view text) const {
  Plain plain{};
  std::array<char, sizeof(plain) + crypto::Aead::overhead_bytes> sealed{};
  if (decode_base64url(text, sealed.data(), sealed.size()) != sealed.size()) return std::nullopt;
  if (!aead_.open({sealed.data(), sealed.size()}, purpose, reinterpret_cast<char*>(plain.data()))) return std::nullopt;
  return users::PagePosition{from_unix_us(plain[0]), UserId{plain[1]}};
}

}  // namespace gatehouse::api
