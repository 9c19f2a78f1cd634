// The session cache and the change feed's decisions in random histories. GATEHOUSE_SIMULATION_SEED=N runs one again,
// GATEHOUSE_SIMULATION_HISTORIES=N runs more of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "simulation/history.hpp"

namespace gatehouse::simulation {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

struct Broken {
  Feed feed;
  Fault fault;
};

class SimulationOfFeed : public ::testing::TestWithParam<Feed> {};
class SimulationWithFault : public ::testing::TestWithParam<Broken> {};

TEST_P(SimulationOfFeed, RandomHistories_NeverAnswerWhatWasRevoked) {
  // Faults of feeds that read rows show within a hundred histories, so fewer will do.
  const std::uint64_t share = GetParam() == Feed::rows ? 5 : 1;
  const std::uint64_t histories = number_from("GATEHOUSE_SIMULATION_HISTORIES", 10'000) / share;
  std::random_device device;
  const std::uint64_t first = number_from("GATEHOUSE_SIMULATION_SEED", (std::uint64_t{device()} << 32) | device());
  const bool only_one = std::getenv("GATEHOUSE_SIMULATION_SEED") != nullptr;
  for (std::uint64_t seed = first; seed < first + (only_one ? 1 : histories); ++seed) {
    const auto wrong = History{seed, GetParam()}.run();
    ASSERT_FALSE(wrong) << *wrong << "\nRun it again with GATEHOUSE_SIMULATION_SEED=" << seed;
  }
}

TEST_P(SimulationOfFeed, OneSeed_GivesOneHistory) {
  std::uint64_t failing = 0;
  const auto run = [&] { return History(failing, GetParam(), Fault::fill_without_ticket).run(); };
  while (!run()) ++failing;
  EXPECT_EQ(run(), run());
}

INSTANTIATE_TEST_SUITE_P(Feeds, SimulationOfFeed, ::testing::Values(Feed::notifications, Feed::rows));

TEST_P(SimulationWithFault, Fault_IsFound) {
  std::uint64_t seed = 0;
  while (seed < 2'000 && !History(seed, GetParam().feed, GetParam().fault).run()) ++seed;
  EXPECT_LT(seed, 2'000u) << "the simulation would not notice";
}

INSTANTIATE_TEST_SUITE_P(Notifications, SimulationWithFault,
                         ::testing::Values(Broken{Feed::notifications, Fault::lost_notification},
                                           Broken{Feed::notifications, Fault::write_without_announcement},
                                           Broken{Feed::notifications, Fault::fill_without_ticket},
                                           Broken{Feed::notifications, Fault::feed_trusted_without_end},
                                           Broken{Feed::notifications, Fault::sql_without_trigger}));
INSTANTIATE_TEST_SUITE_P(Rows, SimulationWithFault,
                         ::testing::Values(Broken{Feed::rows, Fault::lost_notification},
                                           Broken{Feed::rows, Fault::write_without_announcement},
                                           Broken{Feed::rows, Fault::fill_without_ticket},
                                           Broken{Feed::rows, Fault::feed_trusted_without_end},
                                           Broken{Feed::rows, Fault::sql_without_trigger},
                                           Broken{Feed::rows, Fault::position_at_insertion},
                                           Broken{Feed::rows, Fault::unnoted_deletion},
                                           Broken{Feed::rows, Fault::trust_since_the_answer}));

}  // namespace
}  // namespace gatehouse::simulation
