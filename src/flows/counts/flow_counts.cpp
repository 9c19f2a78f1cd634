#include "flows/counts/flow_counts.hpp"

namespace gatehouse::flows {

std::string_view to_text(LoginOutcome outcome) {
  switch (outcome) {
    case LoginOutcome::ok:
      return "ok";
    case LoginOutcome::invalid:
      return "invalid";
    case LoginOutcome::blocked:
      return "blocked";
    case LoginOutcome::disabled:
      return "disabled";
    case LoginOutcome::unverified:
      return "unverified";
    case LoginOutcome::password_change_required:
      return "password_change_required";
  }
  return "";
}

std::string_view to_text(Partition partition) {
  switch (partition) {
    case Partition::device:
      return "device";
    case Partition::source:
      return "source";
    case Partition::others:
      return "others";
  }
  return "";
}

std::string_view to_text(RefreshOutcome outcome) {
  switch (outcome) {
    case RefreshOutcome::rotated:
      return "rotated";
    case RefreshOutcome::repeated:
      return "repeated";
    case RefreshOutcome::reused:
      return "reused";
    case RefreshOutcome::expired:
      return "expired";
    case RefreshOutcome::invalid:
      return "invalid";
  }
  return "";
}

std::string_view to_text(TokenKind kind) {
  switch (kind) {
    case TokenKind::session:
      return "session";
    case TokenKind::access:
      return "access";
    case TokenKind::refresh:
      return "refresh";
    case TokenKind::device:
      return "device";
  }
  return "";
}

void FlowCounts::write(metrics::Page& page, std::uint64_t limited) const {
  page.counters("gatehouse_logins_total", "Logins, by outcome.", "outcome", logins);
  page.sample({{"outcome", "limited"}}, limited);
  page.counters("gatehouse_lockouts_total", "Accounts blocked for a while, by where the wrong passwords came from.",
                "partition", lockouts);
  page.counters("gatehouse_refreshes_total", "Refresh tokens that were sent, by outcome.", "outcome", refreshes);
  page.counters("gatehouse_tokens_issued_total", "Sessions and tokens handed out, by kind.", "kind", tokens);
}

}  // namespace gatehouse::flows
