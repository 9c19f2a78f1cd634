#include "sessions/refresh_sealer.hpp"

#include <cstring>

#include "crypto/sealed_number.hpp"

namespace gatehouse::sessions {
namespace {

using crypto::number_bytes;

using Plain = std::array<char, 2 * number_bytes + sizeof(SessionSecret)>;
using Sealed = std::array<char, RefreshSealer::sealed_bytes>;

Plain encode(const RefreshReference& reference) {
  Plain plain;
  crypto::write_number(static_cast<std::uint64_t>(reference.id.value), plain.data());
  crypto::write_number(static_cast<std::uint64_t>(reference.generation), plain.data() + number_bytes);
  std::memcpy(plain.data() + 2 * number_bytes, reference.secret.data(), reference.secret.size());
  return plain;
}

RefreshReference decode(const Plain& plain) {
  RefreshReference reference{.id = SessionId{static_cast<std::int64_t>(crypto::read_number(plain.data()))},
                             .secret = {},
                             .generation = static_cast<std::int64_t>(crypto::read_number(plain.data() + number_bytes))};
  std::memcpy(reference.secret.data(), plain.data() + 2 * number_bytes, reference.secret.size());
  return reference;
}

}  // namespace

std::string RefreshSealer::seal(const RefreshReference& reference, crypto::Random& random) const {
  Plain plain = encode(reference);
  Sealed sealed;
  keys_.seal({plain.data(), plain.size()}, random, sealed.data());
  wipe_memory(plain.data(), plain.size());
  std::string token{prefix};
  append_base64url(token, {sealed.data(), sealed.size()});
  return token;
}

std::optional<RefreshReference> RefreshSealer::open(std::string_view token) const {
  if (token.size() != token_length || !token.starts_with(prefix)) return std::nullopt;
  Sealed sealed;
  const std::string_view text = token.substr(prefix.size());
  if (decode_base64url(text, sealed.data(), sealed.size()) != sealed.size()) return std::nullopt;
  Plain plain;
  if (!keys_.open({sealed.data(), sealed.size()}, plain.data())) return std::nullopt;
  return decode(plain);
}

}  // namespace gatehouse::sessions
