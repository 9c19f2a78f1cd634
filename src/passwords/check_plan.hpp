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

/// The parsed hash of a users row.
using StoredHash = std::variant<Phc, ExpressHash>;

/// Parses the hash of a row; nullopt if there is no account, no hash, or none that is readable within the limits.
[[nodiscard]] std::optional<StoredHash> read_stored(const std::optional<StoredPassword>& stored);

/// The formats a failing check pays for, each once.
struct FormatsInUse {
  PhcFormat current;
  bool express = false;
  std::vector<PhcFormat> retired;  ///< of earlier settings or imports, by cost_of(); unique, and not equal to current

  /// Answers wait until the slowest format would have been checked, so a check of the row's own hash may replace that
  /// of the current format.
  bool answers_wait = false;

  /// If `retired` holds more than this, a check does not pay for all of them.
  static constexpr std::size_t retired_paid_max = 2;
};

/// One verification of a check: the row's own hash, or a decoy whose result means nothing.
struct PlannedCheck {
  StoredHash hash;
  bool own = false;
};

/// One format for all that cost the same. A single call of a raw hash is far too quick to be measured: an onion around
/// one counts as its outer Argon2id, and all pending raw hashes count as one format.
[[nodiscard]] PhcFormat cost_of(const PhcFormat& format);

/// Pure. The verifications that one check runs, in this order, until the row's own one matches. Whatever `stored` is,
/// they hold each format in use exactly once and in the same order (current, retired, Express): the order matters
/// because Argon2id took a tenth longer right after PBKDF2 than before it. A stored PHC hash whose format is not in use
/// takes the place of the current format until its own format is remembered; if answers wait, so does an Express hash.
[[nodiscard]] std::vector<PlannedCheck> plan_of_checks(std::optional<StoredHash> stored, const FormatsInUse& formats,
                                                       const Decoy& decoy);

/// Whether a matching hash must be replaced by one of the current format: another scheme, other parameters, or the
/// Express format.
[[nodiscard]] bool needs_rehash(const StoredHash& stored, const PhcFormat& current);

}  // namespace gatehouse::passwords
