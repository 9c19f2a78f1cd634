#include "passwords/crypt_format.hpp"

#include <array>
#include <cstdint>

#include "passwords/phc_reader.hpp"

namespace gatehouse::passwords {
namespace {

constexpr std::string_view rounds_name = "rounds=";

/// The properties of a method.
struct MethodTerms {
  CryptMethod method;
  std::string_view prefix;
  std::size_t digest_letters;
  std::size_t salt_letters_max;
};

constexpr std::array<MethodTerms, 5> all_methods{{
    {CryptMethod::sha256, "$5$", 43, 16},
    {CryptMethod::sha512, "$6$", 86, 16},
    {CryptMethod::yescrypt, "$y$", 43, 64},
    {CryptMethod::scrypt, "$7$", 43, 64},
    {CryptMethod::sha1, "$sha1$", 28, 64},
}};

const MethodTerms& terms_of(CryptMethod method) { return all_methods.at(static_cast<std::size_t>(method)); }

/// The number that the letters encode, the least significant letter first.
std::uint64_t value_of(std::string_view letters) {
  std::uint64_t value = 0;
  for (std::size_t i = letters.size(); i > 0; --i) value = value << 6U | crypt_letters.find(letters[i - 1]);
  return value;
}

std::optional<std::string> take_sha2_parameters(PhcReader& reader) {
  if (!reader.take(rounds_name)) return std::string{};
  std::uint32_t rounds = 0;
  if (!reader.take_number(rounds, PhcLimits::crypt_rounds_min, PhcLimits::crypt_rounds_max)) return std::nullopt;
  if (!reader.take("$")) return std::nullopt;
  return std::string{rounds_name} + std::to_string(rounds) + '$';
}

std::optional<std::string> take_sha1_parameters(PhcReader& reader) {
  std::uint32_t rounds = 0;
  if (!reader.take_number(rounds, 1, PhcLimits::crypt_rounds_max) || !reader.take("$")) return std::nullopt;
  return std::to_string(rounds) + '$';
}

/// libcrypt refuses an N below four.
bool is_taken_by_libcrypt(std::uint64_t log2_n, std::uint64_t block, std::uint64_t parallel) {
  constexpr std::uint64_t log2_n_min = 2;
  return log2_n >= log2_n_min && is_affordable(log2_n, block, parallel);
}

/// The usual flavour `j`, then one letter each for log2 N and r, less one.
std::optional<std::string> take_yescrypt_parameters(PhcReader& reader) {
  constexpr std::size_t letter_count = 3;
  const std::string_view letters = reader.take_until('$');
  if (letters.size() != letter_count || letters[0] != 'j' || !are_crypt_letters(letters)) return std::nullopt;
  const std::uint64_t log2_n = value_of(letters.substr(1, 1)) + 1;
  const std::uint64_t block = value_of(letters.substr(2, 1)) + 1;
  return is_taken_by_libcrypt(log2_n, block, 1) ? std::optional{std::string{letters} + '$'} : std::nullopt;
}

std::optional<std::string> take_scrypt_parameters(PhcReader& reader) {
  constexpr std::size_t number_letters = 5;
  const std::string_view letters = reader.take_some(1 + 2 * number_letters);
  if (letters.size() != 1 + 2 * number_letters || !are_crypt_letters(letters)) return std::nullopt;
  const std::uint64_t log2_n = value_of(letters.substr(0, 1));
  const std::uint64_t block = value_of(letters.substr(1, number_letters));
  const std::uint64_t parallel = value_of(letters.substr(1 + number_letters));
  return is_taken_by_libcrypt(log2_n, block, parallel) ? std::optional{std::string{letters}} : std::nullopt;
}

std::optional<std::string> take_parameters(PhcReader& reader, CryptMethod method) {
  switch (method) {
    case CryptMethod::sha256:
    case CryptMethod::sha512:
      return take_sha2_parameters(reader);
    case CryptMethod::yescrypt:
      return take_yescrypt_parameters(reader);
    case CryptMethod::scrypt:
      return take_scrypt_parameters(reader);
    case CryptMethod::sha1:
      break;
  }
  return take_sha1_parameters(reader);
}

/// Whether the salt is base64 of whole bytes without set spare bits in the last letter: libcrypt accepts nothing else.
bool is_yescrypt_salt(std::string_view salt) {
  constexpr std::size_t letters_of_group = 4;
  const std::size_t rest = salt.size() % letters_of_group;
  if (rest == 0) return true;
  if (rest == 1) return false;
  const std::uint64_t last = value_of(salt.substr(salt.size() - 1));
  return last < (rest == 2 ? 1U << 2U : 1U << 4U);
}

}  // namespace

bool are_crypt_letters(std::string_view text) {
  return text.find_first_not_of(crypt_letters) == std::string_view::npos;
}

std::optional<Phc> parse_crypt(std::string_view text) {
  PhcReader reader(text);
  for (const MethodTerms& terms : all_methods) {
    if (!reader.take(terms.prefix)) continue;
    auto parameters = take_parameters(reader, terms.method);
    if (!parameters) return std::nullopt;
    const std::string_view salt = reader.take_until('$');
    const std::string_view digest = reader.take_some(std::string_view::npos);
    if (salt.empty() || salt.size() > terms.salt_letters_max || digest.size() != terms.digest_letters) {
      return std::nullopt;
    }
    if (!are_crypt_letters(salt) || !are_crypt_letters(digest)) return std::nullopt;
    if (terms.method == CryptMethod::yescrypt && !is_yescrypt_salt(salt)) return std::nullopt;
    return Phc{.format = CryptCost{.method = terms.method, .parameters = *std::move(parameters)},
               .salt = std::string{salt},
               .digest = std::string{digest}};
  }
  return std::nullopt;
}

std::string crypt_text(const Phc& phc) {
  const CryptCost& cost = std::get<CryptCost>(phc.format);
  return std::string{terms_of(cost.method).prefix} + cost.parameters + phc.salt + '$' + phc.digest;
}

std::size_t digest_letters_of(CryptMethod method) { return terms_of(method).digest_letters; }

}  // namespace gatehouse::passwords
