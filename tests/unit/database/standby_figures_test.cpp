#include "database/standby_figures.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace gatehouse::database {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(const std::shared_ptr<StandbyFigures>& figures) {
  metrics::Page page;
  const std::vector<std::shared_ptr<StandbyFigures>> all{figures};
  write_standbys(page, all);
  return page.text();
}

TEST(StandbyFigures, StandbyThatWasNotSeenYet_IsDownAndHasNoLag) {
  const std::string page = page_of(std::make_shared<StandbyFigures>("db-2:5432"));
  EXPECT_THAT(page, HasSubstr("gatehouse_standby_up{standby=\"db-2:5432\"} 0\n"));
  EXPECT_THAT(page, Not(HasSubstr("gatehouse_standby_lag_bytes{")));
}

TEST(StandbyFigures, StandbyThatFollows_IsUpUntilItIsAway) {
  const auto figures = std::make_shared<StandbyFigures>("db-2:5432");
  figures->follows(42);
  EXPECT_THAT(page_of(figures), HasSubstr("gatehouse_standby_up{standby=\"db-2:5432\"} 1\n"));
  EXPECT_THAT(page_of(figures), HasSubstr("gatehouse_standby_lag_bytes{standby=\"db-2:5432\"} 42\n"));
  figures->is_away();
  EXPECT_THAT(page_of(figures), HasSubstr("gatehouse_standby_up{standby=\"db-2:5432\"} 0\n"));
}

TEST(StandbyFigures, Reads_AreCountedByWhatBecameOfThem) {
  const auto figures = std::make_shared<StandbyFigures>("db-2:5432");
  for (const auto outcome : {StandbyOutcome::answered, StandbyOutcome::answered, StandbyOutcome::behind}) {
    figures->count(outcome);
  }
  const std::string page = page_of(figures);
  const std::string reads = "gatehouse_standby_reads_total{standby=\"db-2:5432\",outcome=";
  EXPECT_THAT(page, HasSubstr(reads + "\"answered\"} 2\n"));
  EXPECT_THAT(page, HasSubstr(reads + "\"behind\"} 1\n"));
  EXPECT_THAT(page, HasSubstr(reads + "\"failed\"} 0\n"));
}

}  // namespace
}  // namespace gatehouse::database
