#include "mail/mail_counts.hpp"

namespace gatehouse::mail {
namespace {

constexpr database::OccurrenceKinds steps;
constexpr auto step_count = static_cast<std::uint32_t>(Step::expired) + 1;

}  // namespace

std::string_view to_text(Step step) {
  switch (step) {
    case Step::queued:
      return "queued";
    case Step::sent:
      return "sent";
    case Step::deferred:
      return "deferred";
    case Step::failed:
      return "failed";
    case Step::expired:
      return "expired";
  }
  return "";
}

database::Occurrence occurrence_of(Kind kind, Step step) {
  return {.of = &steps, .number = static_cast<std::uint32_t>(kind) * step_count + static_cast<std::uint32_t>(step)};
}

void MailCounts::on_occurrence(const database::Occurrence& occurrence) noexcept {
  if (occurrence.of != &steps) return;
  counts_[occurrence.number / step_count].add(static_cast<Step>(occurrence.number % step_count));
}

void MailCounts::write(metrics::Page& page) const {
  page.begin_counter("gatehouse_mails_total", "Mails, by kind and by what became of them.");
  for (std::size_t kind = 0; kind < kind_count; ++kind) {
    counts_[kind].each([&](Step step, std::uint64_t count) {
      page.sample({{"kind", to_text(static_cast<Kind>(kind))}, {"outcome", to_text(step)}}, count);
    });
  }
}

}  // namespace gatehouse::mail
