#include "jobs/signing_key_rotation.hpp"

#include <utility>

namespace gatehouse::jobs {

Job signing_key_rotation(std::function<Task<>()> rotate) {
  constexpr LeaseTerms lease_terms{.name = "signing key rotation", .duration = std::chrono::seconds{30}};
  auto run = [rotate = std::move(rotate)](const std::optional<Lease>& /*unused*/) { return rotate(); };
  return {.name = "signing_key_rotation",
          .interval = signing_key_rotation_interval,
          .lease = lease_terms,
          .run = std::move(run)};
}

}  // namespace gatehouse::jobs
