#include "passwords/fast_format.hpp"

#include <array>
#include <string_view>

#include "passwords/crypt_format.hpp"
#include "passwords/phc_reader.hpp"

namespace gatehouse::passwords {
namespace {

constexpr std::array raw_digests{RawDigest::md5, RawDigest::sha1, RawDigest::sha256, RawDigest::sha512};
constexpr std::array pbkdf2_digests{Pbkdf2Digest::sha1, Pbkdf2Digest::sha256, Pbkdf2Digest::sha512};
constexpr std::array salt_places{SaltPlace::none, SaltPlace::before, SaltPlace::after};
constexpr std::size_t phpass_salt_letters = 8;
constexpr std::size_t md5_bytes = 16;
constexpr std::size_t md5crypt_letters = 22;

std::string_view suffix_of(SaltPlace place) {
  switch (place) {
    case SaltPlace::none:
      return "";
    case SaltPlace::before:
      return "-salt-before";
    case SaltPlace::after:
      return "-salt-after";
  }
  return "";
}

std::string_view beginning_of(Pbkdf2Digest digest) {
  switch (digest) {
    case Pbkdf2Digest::sha1:
      return "pbkdf2-sha1$i=";
    case Pbkdf2Digest::sha256:
      return "pbkdf2-sha256$i=";
    case Pbkdf2Digest::sha512:
      return "pbkdf2-sha512$i=";
  }
  return "";
}

std::string text_of(const RawCost& cost) {
  return std::string{name_of(cost.digest)} + std::string{suffix_of(cost.salt_place)} + '$';
}
std::string text_of(const PhpassCost& cost) { return "phpass$ln=" + std::to_string(cost.log2_rounds) + '$'; }
std::string text_of(const Md5CryptCost& /*cost*/) { return "md5crypt$"; }
std::string text_of(const FastPbkdf2Cost& cost) {
  return std::string{beginning_of(cost.cost.digest)} + std::to_string(cost.cost.iterations) +
         ",l=" + std::to_string(cost.digest_bytes) + '$';
}

std::optional<FastFormat> take_raw(PhcReader& reader) {
  for (const RawDigest digest : raw_digests) {
    for (const SaltPlace place : salt_places) {
      const RawCost cost{.digest = digest, .salt_place = place};
      if (reader.take(text_of(cost))) return cost;
    }
  }
  return std::nullopt;
}

std::optional<FastFormat> take_pbkdf2(PhcReader& reader) {
  for (const Pbkdf2Digest digest : pbkdf2_digests) {
    if (!reader.take(beginning_of(digest))) continue;
    FastPbkdf2Cost cost{.cost = {.iterations = 0, .digest = digest}, .digest_bytes = 0};
    const auto digest_bytes_max = static_cast<std::uint32_t>(usual_digest_bytes(cost.cost));
    const bool is_valid =
        reader.take_number(cost.cost.iterations, 1, FastLimits::slow_iterations - 1) && reader.take(",l=") &&
        reader.take_number(cost.digest_bytes, PhcLimits::digest_bytes_min, digest_bytes_max) && reader.take("$");
    return is_valid ? std::optional<FastFormat>{cost} : std::nullopt;
  }
  return std::nullopt;
}

std::optional<FastFormat> take_phpass(PhcReader& reader) {
  PhpassCost cost{.log2_rounds = 0};
  const bool is_valid =
      reader.take_number(cost.log2_rounds, FastLimits::phpass_rounds_min, FastLimits::phpass_rounds_max) &&
      reader.take("$");
  return is_valid ? std::optional<FastFormat>{cost} : std::nullopt;
}

bool is_salt_of(const RawCost& cost, std::string_view salt) {
  return salt.empty() == (cost.salt_place == SaltPlace::none) && salt.size() <= FastLimits::salt_bytes_max;
}
bool is_salt_of(const PhpassCost& /*cost*/, std::string_view salt) {
  return salt.size() == phpass_salt_letters && are_crypt_letters(salt);
}
bool is_salt_of(const Md5CryptCost& /*cost*/, std::string_view salt) {
  return !salt.empty() && salt.size() <= md5crypt_salt_letters_max && are_crypt_letters(salt);
}
bool is_salt_of(const FastPbkdf2Cost& /*cost*/, std::string_view salt) {
  return salt.size() >= PhcLimits::salt_bytes_min && salt.size() <= PhcLimits::salt_bytes_max;
}

std::size_t fast_bytes_of(const PhpassCost& /*cost*/) { return md5_bytes; }
std::size_t fast_bytes_of(const Md5CryptCost& /*cost*/) { return md5crypt_letters; }
std::size_t fast_bytes_of(const FastPbkdf2Cost& cost) { return cost.digest_bytes; }
std::size_t fast_bytes_of(const RawCost& cost) {
  constexpr std::array<std::size_t, raw_digests.size()> sizes{md5_bytes, 20, 32, 64};
  return sizes.at(static_cast<std::size_t>(cost.digest));
}

}  // namespace

std::string_view name_of(RawDigest digest) {
  constexpr std::array<std::string_view, raw_digests.size()> names{"md5", "sha1", "sha256", "sha512"};
  return names.at(static_cast<std::size_t>(digest));
}

std::size_t digest_bytes_of(const FastFormat& format) {
  return std::visit([](const auto& cost) { return fast_bytes_of(cost); }, format);
}

std::optional<FastFormat> take_fast_format(PhcReader& reader) {
  if (reader.take("phpass$ln=")) return take_phpass(reader);
  if (reader.take(text_of(Md5CryptCost{}))) return Md5CryptCost{};
  const auto raw = take_raw(reader);
  return raw ? raw : take_pbkdf2(reader);
}

bool take_fast_salt(PhcReader& reader, const FastFormat& format, std::string& salt) {
  return reader.take_bytes(salt, {0, FastLimits::salt_bytes_max}) &&
         std::visit([&](const auto& cost) { return is_salt_of(cost, salt); }, format);
}

std::string to_text(const FastFormat& format) {
  return std::visit([](const auto& cost) { return text_of(cost); }, format);
}

}  // namespace gatehouse::passwords
