#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>

#include "audit/audit_store.hpp"
#include "base/clock.hpp"
#include "base/secret_string.hpp"
#include "database/database.hpp"
#include "flows/counts/flow_counts.hpp"
#include "flows/letters/asker.hpp"
#include "flows/letters/letters.hpp"
#include "flows/sessions/token_pairs.hpp"
#include "sessions/refresh.hpp"
#include "sessions/session_service.hpp"
#include "sessions/session_settings.hpp"

namespace gatehouse::flows {

/// A refresh token, and who brings it.
struct RefreshRequest {
  SecretString token;
  std::optional<std::string> attempt;  ///< the client's name for this refresh, the same when it asks again
  Asker asker;
};

/// Why there are no new tokens.
enum class RefreshError {
  invalid,  ///< no refresh token of this service, or its session has ended, or its user is disabled
  expired,  ///< the session's time is over
  reused,   ///< two clients have it; its session has now been ended
};

/// What a client gets for its refresh token.
struct Refreshed {
  UserId user;
  TokenPair pair;
  TimePoint session_expires_at;
};

/// Exchanges a refresh token for a token and its successor (docs/adr/0028-a-refresh-has-a-name.md). One per io thread;
/// everything it refers to outlives it. Throws what Database throws.
class RefreshFlow {
 public:
  /// What the flow works with.
  struct Parts {
    database::Database& database;
    const TokenPairs& pairs;
    Letters& letters;
    FlowCounts& counts;
    const sessions::SessionSettings& settings;  ///< copied
    const Clock& clock;
  };

  explicit RefreshFlow(const Parts& parts);

  /// Each token has one successor, which is issued again for the same attempt, and for any within REFRESH_GRACE. A
  /// token that somebody else has used ends the session; this is put on record, and the user is told.
  [[nodiscard]] Task<std::expected<Refreshed, RefreshError>> refresh(RefreshRequest request);

 private:
  /// A token of this service, and the attempt it came with.
  struct Presented {
    sessions::RefreshReference reference;
    std::string secret_hash;
    sessions::PresentedRefresh refresh;
    std::string client_id;  ///< who asks, as in tokens::Grant
    std::string audience;   ///< of the wanted token, likewise
    TimePoint now;
  };
  using Outcome = std::expected<Refreshed, RefreshError>;

  [[nodiscard]] Task<Outcome> exchange(RefreshRequest request);
  [[nodiscard]] Task<std::optional<sessions::RotatedSession>> rotate(const Presented& presented);
  [[nodiscard]] Task<Outcome> take_again(Presented presented, Asker asker);
  [[nodiscard]] Task<RefreshError> end_reused(Presented presented, sessions::RefreshableSession session, Asker asker);
  [[nodiscard]] Refreshed successor(const Presented& presented, UserId user, const sessions::SessionTimes& times) const;

  database::Database& database_;
  sessions::SessionStore store_;
  const TokenPairs& pairs_;
  Letters& letters_;
  FlowCounts& counts_;
  const sessions::SessionLifetime lifetime_;
  const std::chrono::seconds grace_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
