#pragma once

#include <cstdint>
#include <string_view>

#include "metrics/page.hpp"

namespace gatehouse::flows {

/// How a login ended. Rate limits refuse other logins before they begin.
enum class LoginOutcome : std::uint8_t {
  ok,
  invalid,     ///< no such user, or a wrong password
  blocked,     ///< after too many wrong passwords
  disabled,    ///< the user is disabled
  unverified,  ///< the email is not verified, and has to be
  password_change_required,
};
[[nodiscard]] std::string_view to_text(LoginOutcome outcome);

/// Whose wrong passwords are counted together.
enum class Partition : std::uint8_t { device, source, others };
[[nodiscard]] std::string_view to_text(Partition partition);

/// What became of a refresh token that somebody sent.
enum class RefreshOutcome : std::uint8_t {
  rotated,
  repeated,  ///< an answer was lost, or two came at once: the same successor is issued again
  reused,    ///< somebody else has used it: the session ended
  expired,
  invalid,
};
[[nodiscard]] std::string_view to_text(RefreshOutcome outcome);

/// What is handed out.
enum class TokenKind : std::uint8_t { session, access, refresh, device };
[[nodiscard]] std::string_view to_text(TokenKind kind);

/// What flows count for the metrics. One per process, any thread.
struct FlowCounts {
  metrics::CounterSet<LoginOutcome, LoginOutcome::password_change_required> logins;
  metrics::CounterSet<Partition, Partition::others> lockouts;
  metrics::CounterSet<RefreshOutcome, RefreshOutcome::invalid> refreshes;
  metrics::CounterSet<TokenKind, TokenKind::device> tokens;

  /// gatehouse_lockouts_total, gatehouse_refreshes_total, gatehouse_tokens_issued_total, gatehouse_logins_total;
  /// `limited` is how many logins a rate limit refused.
  void write(metrics::Page& page, std::uint64_t limited) const;
};

}  // namespace gatehouse::flows
