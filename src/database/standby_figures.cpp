#include "database/standby_figures.hpp"

namespace gatehouse::database {

void write_standbys(metrics::Page& page, std::span<const std::shared_ptr<StandbyFigures>> standbys) {
  page.begin_gauge("gatehouse_standby_up", "Whether the standby followed the primary when last seen.");
  for (const auto& standby : standbys) {
    page.sample({{"standby", standby->name_}}, standby->lag_bytes_.load() == StandbyFigures::unknown ? 0 : 1);
  }
  page.begin_gauge("gatehouse_standby_lag_bytes",
                   "Bytes of the primary's log that the standby had not replayed when last seen.");
  for (const auto& standby : standbys) {
    const std::int64_t lag = standby->lag_bytes_.load();
    if (lag != StandbyFigures::unknown) page.sample({{"standby", standby->name_}}, lag);
  }
  page.begin_counter("gatehouse_standby_reads_total", "Reads that were sent to the standby, by outcome.");
  for (const auto& standby : standbys) {
    standby->reads_.each([&](StandbyOutcome outcome, std::uint64_t count) {
      page.sample({{"standby", standby->name_}, {"outcome", to_text(outcome)}}, count);
    });
  }
}

}  // namespace gatehouse::database
