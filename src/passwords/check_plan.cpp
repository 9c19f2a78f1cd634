#include "passwords/check_plan.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace gatehouse::passwords {

// Invariants. A plan holds every format in use exactly once, always in one order, and at most one of its checks is the
// row's own; so all plans of one moment cost the same, and time tells nothing about the row. A PHC format that nobody
// has met yet takes the current one's place, for a plan that grew by it would tell; it joins all plans from the next
// check on (PasswordService remembers it).

namespace {

StoredHash decoy_of(const PhcFormat& format, const Decoy& decoy) {
  return Phc{.format = format, .salt = decoy.salt, .digest = decoy.digest.substr(0, usual_digest_bytes(format))};
}

/// The Express service's salts are 16 bytes in hex, used as text: PBKDF2 hashes 32 bytes of salt.
StoredHash express_decoy(const Decoy& decoy) {
  std::array<char, 2 * new_salt_bytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(decoy.salt.data()), new_salt_bytes);
  return ExpressHash{.digest = decoy.digest, .salt = hex.data()};
}

}  // namespace

std::optional<StoredHash> read_stored(const std::optional<StoredPassword>& stored) {
  if (!stored || !stored->hash) return std::nullopt;
  // The schema's sign of the Express service: a PHC string brings its salt along, and the column is empty.
  if (stored->salt) return parse_express(*stored->hash, *stored->salt);
  return parse_phc(*stored->hash);
}

std::vector<PlannedCheck> plan_of_checks(std::optional<StoredHash> stored, const FormatsInUse& formats,
                                         const Decoy& decoy) {
  const Phc* own = stored ? std::get_if<Phc>(&*stored) : nullptr;
  const bool own_express = stored && own == nullptr;
  const bool own_retired = own != nullptr && std::ranges::find(formats.retired, own->format) != formats.retired.end();

  std::vector<PlannedCheck> plan;
  const auto add = [&](bool is_own, const auto& make_decoy) {
    plan.push_back({.hash = is_own ? *stored : make_decoy(), .own = is_own});
  };
  add(own != nullptr && !own_retired, [&] { return decoy_of(formats.current, decoy); });
  for (const PhcFormat& format : formats.retired) {
    add(own != nullptr && own->format == format, [&] { return decoy_of(format, decoy); });
  }
  // An Express row after a look that found none is checked all the same, or its owner could not log in.
  if (formats.express || own_express) add(own_express, [&] { return express_decoy(decoy); });
  return plan;
}

bool needs_rehash(const StoredHash& stored, const PhcFormat& current) {
  const Phc* phc = std::get_if<Phc>(&stored);
  return phc == nullptr || phc->format != current;
}

}  // namespace gatehouse::passwords
