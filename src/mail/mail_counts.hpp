#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "database/call_observer.hpp"
#include "mail/kind.hpp"
#include "metrics/page.hpp"

namespace gatehouse::mail {

/// What became of a mail.
enum class Step : std::uint8_t {
  queued,
  sent,
  deferred,  ///< an attempt failed, and another one follows
  failed,    ///< given up
  expired,   ///< what it is about is over
};
[[nodiscard]] std::string_view to_text(Step step);

/// What a change that takes a mail this far is counted as.
[[nodiscard]] database::Occurrence occurrence_of(Kind kind, Step step);

/// Counts the mails that this process has queued and sent. Any thread.
class MailCounts final : public database::CallObserver {
 public:
  void on_occurrence(const database::Occurrence& occurrence) noexcept override;

  /// gatehouse_mails_total.
  void write(metrics::Page& page) const;

 private:
  std::array<metrics::CounterSet<Step, Step::expired>, kind_count> counts_;  ///< by kind
};

}  // namespace gatehouse::mail
