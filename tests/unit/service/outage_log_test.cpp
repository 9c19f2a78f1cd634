#include "service/outage_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/manual_clock.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::service {
namespace {

using telemetry::Level;
using ::testing::ElementsAre;
using ::testing::EndsWith;

/// What is logged of the calls in `use`.
template <class Use>
std::vector<std::string> lines_of_outages(Use use) {
  const telemetry::testing::CapturedOutput output;
  const gatehouse::testing::ManualClock clock;
  {
    telemetry::LogQueue queue{telemetry::LineWriter{output.descriptor()}};
    telemetry::Log log{queue, clock};
    OutageLog outages{log};
    use(outages);
  }
  return output.lines();
}

TEST(OutageLog, ReasonThatEveryoneReports_IsToldOnce) {
  const auto lines = lines_of_outages([](OutageLog& outages) {
    outages.write(Level::warn, "connect_failed", "detail", "refused");
    outages.write(Level::warn, "connect_failed", "detail", "refused");
    outages.write(Level::warn, "feed_deaf", "detail", "refused");
    outages.write(Level::warn, "database_unavailable", "reason", "no connection within the deadline: refused");
    outages.write(Level::warn, "database_unavailable", "reason", "the database is down: refused");
  });
  EXPECT_THAT(lines, ElementsAre(EndsWith(R"("event":"connect_failed","detail":"refused"})"),
                                 EndsWith(R"("event":"feed_deaf"})"), EndsWith(R"("event":"database_unavailable"})")));
}

TEST(OutageLog, AnotherReason_IsTold) {
  const auto lines = lines_of_outages([](OutageLog& outages) {
    outages.write(Level::warn, "connect_failed", "detail", "refused");
    outages.write(Level::warn, "connect_failed", "detail", "starting up");
  });
  EXPECT_THAT(lines, ElementsAre(EndsWith(R"("refused"})"), EndsWith(R"("starting up"})")));
}

TEST(OutageLog, SameReasonAfterTheDatabaseWasReached_IsToldAgain) {
  const auto lines = lines_of_outages([](OutageLog& outages) {
    outages.write(Level::warn, "connect_failed", "detail", "refused");
    outages.write(Level::info, "connected", "detail", "host");
    outages.write(Level::info, "connected", "detail", "host");
    outages.write(Level::warn, "connect_failed", "detail", "refused");
  });
  EXPECT_THAT(lines, ElementsAre(EndsWith(R"("refused"})"), EndsWith(R"("host"})"), EndsWith(R"("host"})"),
                                 EndsWith(R"("refused"})")));
}

TEST(OutageLog, ReasonThatIsEmpty_HidesNothing) {
  const auto lines = lines_of_outages([](OutageLog& outages) {
    outages.write(Level::warn, "connect_failed", "detail", "");
    outages.write(Level::warn, "connect_failed", "detail", "refused");
  });
  EXPECT_THAT(lines, ElementsAre(EndsWith(R"("detail":""})"), EndsWith(R"("refused"})")));
}

}  // namespace
}  // namespace gatehouse::service
