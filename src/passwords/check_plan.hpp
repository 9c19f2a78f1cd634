#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "passwords/decoy.hpp"
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
  std::vector<PhcFormat> retired;  ///< of earlier settings or imports, by cost_of(); no doubles, none equal to current

  /// Answers wait until the slowest format would have been checked, so a check of the row's own hash may take the
  /// current one's place.
  bool answers_wait = false;

  /// More than this of `retired` are not all paid for by each check.
  static constexpr std::size_t retired_paid_max = 2;
};

/// One verification of a check: the row's own hash, or a decoy whose result means nothing.
struct PlannedCheck {
  StoredHash hash;
  bool own = false;
};

/// The format that stands for all that cost the same: what a single call of a hash adds to an onion, and how it was
/// made, is far below what can be measured.
[[nodiscard]] PhcFormat cost_of(const PhcFormat& format);

/// Pure. The verifications one check runs, in this order, until the own one matches. They hold each format in use
/// exactly once and always in the same order (current, retired, Express), whatever `stored` is: the order matters, for
/// Argon2id took a tenth longer right after PBKDF2 than before it. A stored PHC hash whose format is not in use takes
/// the place of the current format, until its own format is remembered; where answers wait, so does one of Express.
[[nodiscard]] std::vector<PlannedCheck> plan_of_checks(std::optional<StoredHash> stored, const FormatsInUse& formats,
                                                       const Decoy& decoy);

/// True where a matching hash is to be replaced by one of the current format: another scheme, other parameters, or the
/// Express format.
[[nodiscard]] bool needs_rehash(const StoredHash& stored, const PhcFormat& current);

}  // namespace gatehouse::passwords
