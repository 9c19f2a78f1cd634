#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "flows/counts/flow_counts.hpp"
#include "flows/sessions/token_pairs.hpp"
#include "sessions/session_service.hpp"
#include "tokens/token_issuer.hpp"

namespace gatehouse::flows {

/// Whether a session's client gets refresh tokens.
enum class Refreshing { no, yes };

/// What a client gets after logging in.
struct LoginResult {
  UserId user;
  std::string token;    ///< JWS compact
  std::string session;  ///< sealed
  TimePoint session_expires_at;
  std::optional<std::string> device_token = {};  ///< if one was asked for
  std::optional<Refreshable> refreshable = {};   ///< likewise
};

/// A session that is being inserted.
struct PendingSession {
  UserId user;
  sessions::SessionDraft draft;
  database::ResultOf<std::optional<SessionId>> inserted;
  std::string client_id = {};  ///< who asked for it, as in tokens::Grant
  std::string audience = {};   ///< of the token, likewise
};

/// Opens sessions, each with a token. One per io thread; everything it refers to outlives it.
class SessionOpening {
 public:
  SessionOpening(sessions::SessionService& sessions, const TokenPairs& pairs, const tokens::TokenIssuer& tokens,
                 FlowCounts& counts, const Clock& clock)
      : sessions_(sessions), pairs_(pairs), tokens_(&tokens), counts_(counts), clock_(clock) {}

  /// Replaces the issuer.
  void use(const tokens::TokenIssuer& tokens) { tokens_ = &tokens; }

  /// Adds a session that depends on this password hash, which the changes before have locked or stored.
  [[nodiscard]] PendingSession add(database::Changes& changes, UserId user, std::string password_hash,
                                   sessions::Client client, Refreshing refreshing = Refreshing::no) const;
  /// What the session's client gets; nullopt if the user has another password by now, or none.
  [[nodiscard]] std::optional<LoginResult> opened(const PendingSession& pending,
                                                  const database::Committed& committed) const;

 private:
  sessions::SessionService& sessions_;
  const TokenPairs& pairs_;
  const tokens::TokenIssuer* tokens_;
  FlowCounts& counts_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
