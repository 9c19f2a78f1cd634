#pragma once

#include "base/clock.hpp"
#include "database/call_observer.hpp"
#include "metrics/page.hpp"

namespace gatehouse::sessions {

/// How long changes that may end sessions, by whichever process, took to become known here. Any thread.
class RevocationTimes final : public database::CallObserver {
 public:
  /// `clock` outlives it.
  explicit RevocationTimes(const Clock& clock) : clock_(clock) {}

  void on_heard(const database::HeardAnnouncement& heard) noexcept override;

  /// gatehouse_revocation_seen_seconds.
  void write(metrics::Page& page) const;

 private:
  const Clock& clock_;
  metrics::Histogram<metrics::Counter> times_;
};

}  // namespace gatehouse::sessions
