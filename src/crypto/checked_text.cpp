#include "crypto/checked_text.hpp"

#include <array>
#include <boost/crc.hpp>
#include <cstdint>
#include <span>

#include "base/base64url.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t secret_bytes = 32;
static_assert(base64url_length(secret_bytes) == checked_secret_length);

using Checksum = std::array<char, checksum_length>;

/// 62^6 is more than 2^32, so each sum has a text of its own.
Checksum checksum_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr auto base = static_cast<std::uint32_t>(digits.size());
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::uint32_t sum = crc.checksum();
  Checksum checksum;
  for (std::size_t i = checksum.size(); i-- > 0; sum /= base) checksum[i] = digits[sum % base];
  return checksum;
}

}  // namespace

SecretString make_checked_text(std::string_view prefix, Random& random) {
  std::array<char, secret_bytes> secret;
  random.fill(std::as_writable_bytes(std::span{secret}));
  std::string text{prefix};
  text += to_base64url({secret.data(), secret.size()});
  wipe_memory(secret.data(), secret.size());
  const Checksum checksum = checksum_of(text);
  text.append(checksum.data(), checksum.size());
  SecretString made{text};
  wipe_memory(text.data(), text.size());
  return made;
}

bool is_checked_text(std::string_view text, std::string_view prefix) {
  if (text.size() != prefix.size() + checked_secret_length + checksum_length || !text.starts_with(prefix)) return false;
  std::array<char, secret_bytes> secret;
  const std::string_view encoded = text.substr(prefix.size(), checked_secret_length);
  if (decode_base64url(encoded, secret.data(), secret.size()) != secret.size()) return false;
  const Checksum checksum = checksum_of(text.substr(0, text.size() - checksum_length));
  return text.ends_with(std::string_view{checksum.data(), checksum.size()});
}

}  // namespace gatehouse::crypto
