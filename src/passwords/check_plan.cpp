#include "passwords/check_plan.hpp"

#include <algorithm>

namespace gatehouse::passwords {

// Invariants. A plan holds every format in use exactly once, always in the same order, and at most one of its checks is
// the row's own; so all plans made at one moment cost the same, and their time tells nothing about the row. There are
// two exceptions. A PHC format that was not met before takes the current one's place, because a longer plan would give
// the row away; it joins all plans from the next check on (PasswordService remembers it). An Express row that a scan
// has missed gets one check more.

std::optional<StoredHash> read_stored(const std::optional<StoredPassword>& stored) {
  if (!stored || !stored->hash) return std::nullopt;
  // A value in the salt column marks an Express row: a PHC string contains its salt, and the column is empty.
  if (stored->salt) return parse_express(*stored->hash, *stored->salt);
  return parse_phc(*stored->hash);
}

PhcFormat cost_of(const PhcFormat& format) {
  const auto is_instant = [](const FastFormat& inner) { return std::holds_alternative<RawCost>(inner); };
  if (const auto* onion = std::get_if<OnionCost>(&format); onion != nullptr && is_instant(onion->inner)) {
    return onion->outer;
  }
  if (const auto* pending = std::get_if<PendingCost>(&format); pending != nullptr && is_instant(pending->inner)) {
    return PendingCost{RawCost{.digest = RawDigest::sha256, .salt_place = SaltPlace::none}};
  }
  return format;
}

std::vector<PlannedCheck> plan_of_checks(std::optional<StoredHash> stored, const FormatsInUse& formats,
                                         const Decoy& decoy) {
  const Phc* own = stored ? std::get_if<Phc>(&*stored) : nullptr;
  const bool own_express = stored && own == nullptr;
  const auto own_cost = own != nullptr ? std::optional{cost_of(own->format)} : std::nullopt;
  const bool own_retired = own_cost && std::ranges::find(formats.retired, *own_cost) != formats.retired.end();

  std::vector<PlannedCheck> plan;
  const auto add = [&](bool is_own, const auto& make_decoy) {
    plan.push_back({.hash = is_own ? *stored : make_decoy(), .own = is_own});
  };
  const bool own_is_alone = own_express && !formats.express && formats.answers_wait;
  add((own != nullptr && !own_retired) || own_is_alone,
      [&]() -> StoredHash { return decoy_of(formats.current, decoy); });
  for (const PhcFormat& format : formats.retired) {
    add(own_cost == format, [&]() -> StoredHash { return decoy_of(format, decoy); });
  }
  // An Express row is checked even after a scan that found none; otherwise its owner could not log in.
  if (formats.express || (own_express && !own_is_alone)) {
    add(own_express, [&]() -> StoredHash { return express_decoy(decoy); });
  }
  return plan;
}

bool needs_rehash(const StoredHash& stored, const PhcFormat& current) {
  const Phc* phc = std::get_if<Phc>(&stored);
  return phc == nullptr || phc->format != current;
}

}  // namespace gatehouse::passwords
