#pragma once

#include "limits/limit_script.hpp"
#include "limits/shared_keys.hpp"
#include "limits/shared_limits.hpp"
#include "redis/client.hpp"

namespace gatehouse::limits {

/// What Redis must be able to do to be of use here, as the probe for redis::Client: one charge to a key that is
/// nobody's and expires at once.
[[nodiscard]] std::string redis_probe();

/// The budgets in Redis; docs/adr/0037-limits-fall-back-to-memory.md says what happens without it. Confined to one io
/// thread.
class RedisLimits final : public SharedLimits {
 public:
  /// `client`, which belongs to the same io thread and has redis_probe() as its probe, and `keys` outlive it.
  RedisLimits(redis::Client& client, const SharedKeys& keys) : client_(client), keys_(&keys) {}

  /// Switches to other keys, which live until the next call or outlive this object.
  void use(const SharedKeys& keys) { keys_ = &keys; }

  [[nodiscard]] Task<std::optional<Outcome>> charge(std::span<const SharedCharge> charges) override;
  void give_back(const SharedCharge& charge) override;

 private:
  redis::Client& client_;
  const SharedKeys* keys_;
};

}  // namespace gatehouse::limits
