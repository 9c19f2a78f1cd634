#include "passwords/hash_counts.hpp"

#include <variant>

namespace gatehouse::passwords {

std::string_view to_text(HashKind kind) {
  switch (kind) {
    case HashKind::argon2id:
      return "argon2id";
    case HashKind::pbkdf2_sha512:
      return "pbkdf2-sha512";
    case HashKind::express:
      return "express";
  }
  return "";
}

HashKind kind_of(const PhcFormat& format) {
  return std::holds_alternative<Argon2idCost>(format) ? HashKind::argon2id : HashKind::pbkdf2_sha512;
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
