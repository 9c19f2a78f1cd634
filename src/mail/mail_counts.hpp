#pragma once

#include <cstdint>
#include <string_view>

#include "database/occurrence_counts.hpp"
#include "mail/kind.hpp"

namespace gatehouse::mail {

/// What became of a mail.
enum class Step : std::uint8_t {
  queued,
  sent,
  deferred,  ///< an attempt failed, and another one follows
  failed,    ///< given up
  expired,   ///< its expires_at passed before it was sent
};
[[nodiscard]] std::string_view to_text(Step step);

inline constexpr database::OccurrenceKinds mail_steps;

/// Counts the mails that this process has queued and sent.
class MailCounts final : public database::OccurrenceCounts<mail_steps, Kind, kind_count, Step, Step::expired> {
 public:
  /// gatehouse_mails_total.
  void write(metrics::Page& page) const {
    page.begin_counter("gatehouse_mails_total", "Mails, by kind and outcome.");
    write_samples(page, "kind", "outcome");
  }
};

}  // namespace gatehouse::mail
