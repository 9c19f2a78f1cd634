#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "passwords/hashing.hpp"
#include "passwords/phc.hpp"
#include "passwords/stored_password.hpp"

namespace gatehouse::passwords {

/// Cost of new hashes, for each scheme. Tests make it small.
struct CostParameters {
  Argon2idCost argon2id;
  Pbkdf2Cost pbkdf2;
};

/// A users row's hash, understood.
using StoredHash = std::variant<Phc, ExpressHash>;

/// The hash of a row; nothing where there is no account, no hash, or nothing readable within the limits.
[[nodiscard]] std::optional<StoredHash> read_stored(const std::optional<StoredPassword>& stored);

/// The formats a failing check pays for, each once.
struct FormatsInUse {
  PhcFormat current;
  bool express = false;
  std::vector<PhcFormat> retired;  ///< of earlier settings or imports; none equal to current, no doubles
};

/// Salt and digest that no password has: random, made once per process. The digest is as long as the scheme's own.
struct Decoy {
  std::string salt;    ///< new_salt_bytes
  std::string digest;  ///< 64 bytes, of which a format takes usual_digest_bytes()
};

/// One verification of a check: the row's own hash, or a decoy whose result means nothing.
struct PlannedCheck {
  StoredHash hash;
  bool own = false;
};

/// Pure. The verifications one check runs, in this order, until the own one matches. They hold each format in use
/// exactly once and always in the same order (current, retired, Express), whatever `stored` is: the order matters, for
/// Argon2id took a tenth longer right after PBKDF2 than before it. A stored PHC hash whose format is not in use takes
/// the place of the current format, until its own format is remembered.
[[nodiscard]] std::vector<PlannedCheck> plan_of_checks(std::optional<StoredHash> stored, const FormatsInUse& formats,
                                                       const Decoy& decoy);

/// True where a matching hash is to be replaced by one of the current format: another scheme, other parameters, or the
/// Express format.
[[nodiscard]] bool needs_rehash(const StoredHash& stored, const PhcFormat& current);

}  // namespace gatehouse::passwords
