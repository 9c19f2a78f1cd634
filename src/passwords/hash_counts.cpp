#include "passwords/hash_counts.hpp"

#include <variant>

namespace gatehouse::passwords {

std::string_view to_text(HashKind kind) {
  switch (kind) {
    case HashKind::argon2id:
      return "argon2id";
    case HashKind::pbkdf2_sha1:
      return "pbkdf2-sha1";
    case HashKind::pbkdf2_sha256:
      return "pbkdf2-sha256";
    case HashKind::pbkdf2_sha512:
      return "pbkdf2-sha512";
    case HashKind::scrypt:
      return "scrypt";
    case HashKind::bcrypt:
      return "bcrypt";
    case HashKind::express:
      return "express";
  }
  return "";
}

namespace {

HashKind kind_of_cost(const Argon2idCost& /*cost*/) { return HashKind::argon2id; }
HashKind kind_of_cost(const ScryptCost& /*cost*/) { return HashKind::scrypt; }
HashKind kind_of_cost(const BcryptCost& /*cost*/) { return HashKind::bcrypt; }

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
  page.counter("gatehouse_hash_refused_total", "Hashes refused because too many wait, or because their client left.",
               refused_.value());
}

}  // namespace gatehouse::passwords
