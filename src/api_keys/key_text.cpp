#include "api_keys/key_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "crypto/sha256.hpp"

namespace gatehouse::api_keys {
namespace {

constexpr std::string_view id_letters = "0123456789abcdefghijklmnopqrstuvwxyz";

constexpr bool is_id_letter(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

}  // namespace

std::string make_public_id(crypto::Random& random) {
  // Bytes from this value on would make the first letters more probable.
  constexpr std::uint8_t usable = 256 / id_letters.size() * id_letters.size();
  std::string id;
  while (id.size() < public_id_length) {
    std::array<std::uint8_t, 2 * public_id_length> drawn;
    random.fill(std::as_writable_bytes(std::span{drawn}));
    for (const std::uint8_t byte : drawn) {
      if (byte < usable && id.size() < public_id_length) id += id_letters[byte % id_letters.size()];
    }
  }
  return id;
}

bool is_public_id(std::string_view text) {
  return text.size() == public_id_length && std::ranges::all_of(text, is_id_letter);
}

NewKeyText make_key_text(std::string_view public_id, crypto::Random& random) {
  const std::string prefix = std::string{key_prefix}.append(public_id).append("_");
  SecretString text = crypto::make_checked_text(prefix, random);
  std::string hash = crypto::sha256(text.reveal());
  return {std::move(text), std::move(hash)};
}

std::optional<std::string_view> public_id_in(std::string_view text) {
  if (text.size() != key_length || !text.starts_with(key_prefix)) return std::nullopt;
  const std::string_view id = text.substr(key_prefix.size(), public_id_length);
  const std::string_view prefix = text.substr(0, key_prefix.size() + public_id_length + 1);
  if (!prefix.ends_with('_') || !is_public_id(id) || !crypto::is_checked_text(text, prefix)) return std::nullopt;
  return id;
}

}  // namespace gatehouse::api_keys
