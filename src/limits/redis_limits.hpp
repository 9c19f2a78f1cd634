#pragma once

#include "limits/limit_script.hpp"
#include "limits/shared_keys.hpp"
#include "limits/shared_limits.hpp"
#include "redis/client.hpp"

namespace gatehouse::limits {

/// What Redis must be able to do to be of use here, as redis::Client's probe: one charge of a key of nobody, which ends
/// at once.
[[nodiscard]] std::string redis_probe();

/// The budgets in Redis; docs/adr/0037-limits-fall-back-to-memory.md says what happens without it. One io thread's.
class RedisLimits final : public SharedLimits {
 public:
  /// The client, of the same io thread and with redis_probe(), and the keys outlive it.
  RedisLimits(redis::Client& client, const SharedKeys& keys) : client_(client), keys_(&keys) {}

  /// Turns to other keys, which outlive it or its next turn.
  void use(const SharedKeys& keys) { keys_ = &keys; }

  [[nodiscard]] Task<std::optional<Outcome>> charge(std::span<const SharedCharge> charges) override;
  void give_back(const SharedCharge& charge) override;

 private:
  redis::Client& client_;
  const SharedKeys* keys_;
};

}  // namespace gatehouse::limits
