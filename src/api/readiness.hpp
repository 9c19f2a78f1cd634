#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "api/health.hpp"
#include "api/lifecycle.hpp"
#include "database/feed_proof.hpp"

namespace gatehouse::api {

/// Whether this process should be sent requests, from what is already known: nobody is asked, and nothing is allocated.
/// It is as fresh as the last test of Health. Immutable; any thread.
class Readiness {
 public:
  /// Everything outlives it.
  struct Parts {
    const Lifecycle& lifecycle;
    const Health& health;
    const database::FeedProof& feed;
    bool needs_feed;  ///< READY_NEEDS_FEED
  };

  explicit Readiness(const Parts& parts);

  /// `{"status":"not ready","reasons":[…]}` with every reason there is; empty if it is ready. The view lives as long as
  /// this object.
  [[nodiscard]] std::string_view refusal() const;

 private:
  static constexpr std::array<std::string_view, 5> names{"database", "read_only", "schema", "stopping", "change_feed"};

  [[nodiscard]] std::size_t reasons() const;

  const Parts parts_;
  std::array<std::string, std::size_t{1} << names.size()> refusals_;  ///< by the bits of reasons()
};

}  // namespace gatehouse::api
