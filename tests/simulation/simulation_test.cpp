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

class SimulationWithFault : public ::testing::TestWithParam<Fault> {};

TEST(Simulation, RandomHistories_NeverAnswerWhatWasRevoked) {
  const std::uint64_t histories = number_from("GATEHOUSE_SIMULATION_HISTORIES", 10'000);
  std::random_device device;
  const std::uint64_t first = number_from("GATEHOUSE_SIMULATION_SEED", (std::uint64_t{device()} << 32) | device());
  const bool only_one = std::getenv("GATEHOUSE_SIMULATION_SEED") != nullptr;
  for (std::uint64_t seed = first; seed < first + (only_one ? 1 : histories); ++seed) {
    const auto wrong = History{seed}.run();
    ASSERT_FALSE(wrong) << *wrong << "\nRun it again with GATEHOUSE_SIMULATION_SEED=" << seed;
  }
}

TEST(Simulation, OneSeed_GivesOneHistory) {
  std::uint64_t failing = 0;
  while (!History(failing, Fault::fill_without_ticket).run()) ++failing;
  EXPECT_EQ(History(failing, Fault::fill_without_ticket).run(), History(failing, Fault::fill_without_ticket).run());
}

TEST_P(SimulationWithFault, Fault_IsFound) {
  std::uint64_t seed = 0;
  while (seed < 2'000 && !History(seed, GetParam()).run()) ++seed;
  EXPECT_LT(seed, 2'000u) << "the simulation would not notice";
}

INSTANTIATE_TEST_SUITE_P(Faults, SimulationWithFault,
                         ::testing::Values(Fault::lost_notification, Fault::write_without_announcement,
                                           Fault::fill_without_ticket, Fault::feed_trusted_without_end,
                                           Fault::sql_without_trigger));

}  // namespace
}  // namespace gatehouse::simulation
