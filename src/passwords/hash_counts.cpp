#include "passwords/hash_counts.hpp"

#include <array>
#include <variant>

namespace gatehouse::passwords {

std::string_view to_text(HashKind kind) {
  constexpr auto names = std::to_array<std::string_view>(
      {"argon2id", "argon2i", "pbkdf2-sha1", "pbkdf2-sha256", "pbkdf2-sha512", "scrypt", "firebase-scrypt", "yescrypt",
       "bcrypt", "sha256-crypt", "sha512-crypt", "sha1-crypt", "onion", "pending-wrap", "express"});
  static_assert(names.size() == static_cast<std::size_t>(HashKind::express) + 1);
  return names.at(static_cast<std::size_t>(kind));
}

namespace {

HashKind kind_of_cost(const Argon2idCost& /*cost*/) { return HashKind::argon2id; }
HashKind kind_of_cost(const ScryptCost& /*cost*/) { return HashKind::scrypt; }
HashKind kind_of_cost(const BcryptCost& /*cost*/) { return HashKind::bcrypt; }
HashKind kind_of_cost(const Argon2iCost& /*cost*/) { return HashKind::argon2i; }
HashKind kind_of_cost(const FirebaseCost& /*cost*/) { return HashKind::firebase_scrypt; }
HashKind kind_of_cost(const PendingCost& /*cost*/) { return HashKind::pending_wrap; }
HashKind kind_of_cost(const OnionCost& /*cost*/) { return HashKind::onion; }

HashKind kind_of_cost(const CryptCost& cost) {
  switch (cost.method) {
    case CryptMethod::sha256:
      return HashKind::sha256_crypt;
    case CryptMethod::sha512:
      return HashKind::sha512_crypt;
    case CryptMethod::yescrypt:
      return HashKind::yescrypt;
    case CryptMethod::scrypt:
      return HashKind::scrypt;
    case CryptMethod::sha1:
      break;
  }
  return HashKind::sha1_crypt;
}

HashKind kind_of_cost(const Pbkdf2Cost& cost) {
  switch (cost.digest) {
    case Pbkdf2Digest::sha1:
      return HashKind::pbkdf2_sha1;
    case Pbkdf2Digest::sha256:
      return HashKind::pbkdf2_sha256;
    case Pbkdf2Digest::sha512:
      break;
  }
  return HashKind::pbkdf2_sha512;
}

}  // namespace

HashKind kind_of(const PhcFormat& format) {
  return std::visit([](const auto& cost) { return kind_of_cost(cost); }, format);
}

HashKind kind_of(const StoredHash& stored) {
  const Phc* const phc = std::get_if<Phc>(&stored);
  return phc == nullptr ? HashKind::express : kind_of(phc->format);
}

void HashCounts::write(metrics::Page& page) const {
  page.begin_histogram("gatehouse_hash_duration_seconds", "Password hashes computed, by format.");
  for (std::size_t i = 0; i < kind_count; ++i) {
    page.sample({{"format", to_text(static_cast<HashKind>(i))}}, durations_[i].read());
  }
  page.histogram("gatehouse_hash_wait_seconds", "From the request for a password's hash to its turn.", waits_.read());
  page.counter("gatehouse_hash_refused_total", "Hashes refused because too many wait.", refused_.value());
}

}  // namespace gatehouse::passwords
