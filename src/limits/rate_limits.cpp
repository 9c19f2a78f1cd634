#include "limits/rate_limits.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <optional>

namespace gatehouse::limits {

RateLimits::RateLimits(const LimitSettings& settings, crypto::Random& random)
    : settings_(settings), hash_(random), memory_(settings.entries_max) {}

/// The same subject has a different key under each policy.
Key RateLimits::key_of(const Subject& subject) const {
  constexpr std::size_t whose_bytes_max = 63;
  std::array<char, 1 + whose_bytes_max> text{static_cast<char>(subject.policy)};
  std::array<char, 2 * sizeof(std::uint64_t)> digest;
  std::string_view whose = subject.whose;
  if (whose.size() > whose_bytes_max) {
    digest = std::bit_cast<decltype(digest)>(hash_.wide(whose));
    whose = {digest.data(), digest.size()};
  }
  std::ranges::copy(whose, text.begin() + 1);
  const auto [high, low] = hash_.wide({text.data(), 1 + whose.size()});
  return {high, low};
}

Verdict RateLimits::charge(std::span<const Subject> subjects, Instant now) {
  assert(subjects.size() <= charges_max);
  Verdict verdict;
  std::array<Charge, charges_max> charges{};
  for (const Subject& subject : subjects) {
    const auto& quota = settings_.of(subject.policy);
    if (!quota) continue;
    charges[verdict.count] = {key_of(subject), *quota};
    verdict.places[verdict.count++] = {.policy = subject.policy, .quota = *quota, .standing = {}};
  }
  return conclude(verdict, memory_.charge(std::span{charges}.first(verdict.count), now));
}

Task<Verdict> RateLimits::charge_shared(Subject subject, SharedLimits& shared, const std::function<Instant()>& now) {
  const auto& quota = settings_.of(subject.policy);
  if (!quota) co_return Verdict{};
  const std::array charges{SharedCharge{.subject = subject, .quota = *quota}};
  const std::optional<Outcome> outcome = co_await shared.charge(charges);
  if (!outcome) co_return charge({&subject, 1}, now());
  Verdict verdict{.count = 1, .refused_by = {}, .is_shared = true};
  verdict.places[0] = {.policy = subject.policy, .quota = *quota, .standing = {}};
  co_return conclude(verdict, *outcome);
}

/// Completes the verdict with the outcome of its charges, and counts a refusal.
Verdict RateLimits::conclude(Verdict verdict, const Outcome& outcome) {
  for (std::size_t i = 0; i < verdict.count; ++i) verdict.places[i].standing = outcome.standings[i];
  verdict.refused_by = outcome.refused_by;
  if (verdict.refused_by) refused_.add(verdict.places[*verdict.refused_by].policy);
  return verdict;
}

void RateLimits::give_back(const Subject& subject, Instant now) {
  if (const auto& quota = settings_.of(subject.policy)) memory_.give_back({key_of(subject), *quota}, now);
}

void RateLimits::give_back_shared(const Subject& subject, SharedLimits& shared) const {
  if (const auto& quota = settings_.of(subject.policy)) shared.give_back({subject, *quota});
}

void RateLimits::write(metrics::Page& page) const {
  page.counters("gatehouse_rate_limited_total", "Requests and mails refused by a rate limit, by policy.", "policy",
                refused_);
}

}  // namespace gatehouse::limits
