// Random histories of replicas that share sessions. GATEHOUSE_SIMULATION_SEED=N runs one again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "simulation/shared_history.hpp"

namespace gatehouse::simulation {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

class SharedSimulationWithFault : public ::testing::TestWithParam<SharingFault> {};

/// Runs a sixteenth as many histories as the simulation of the cache alone.
TEST(SharedSimulation, RandomHistories_NeverAnswerWhatWasRevoked) {
  const std::uint64_t histories = number_of("GATEHOUSE_SIMULATION_HISTORIES", 10'000) / 16;
  std::random_device device;
  const std::uint64_t first = number_of("GATEHOUSE_SIMULATION_SEED", (std::uint64_t{device()} << 32) | device());
  const bool only_one = std::getenv("GATEHOUSE_SIMULATION_SEED") != nullptr;
  std::size_t hits = 0;
  std::size_t joins = 0;
  for (std::uint64_t seed = first; seed < first + (only_one ? 1 : histories); ++seed) {
    SharedHistory history{seed};
    const auto wrong = history.run();
    ASSERT_FALSE(wrong) << *wrong << "\nRun it again with GATEHOUSE_SIMULATION_SEED=" << seed;
    hits += history.hits();
    joins += history.joins();
  }
  if (only_one) return;
  EXPECT_GT(hits, histories) << "what is shared is hardly used";
  EXPECT_GT(joins, histories) << "hardly anybody joins";
  RecordProperty("hits", std::to_string(hits));
  RecordProperty("joins", std::to_string(joins));
}

TEST_P(SharedSimulationWithFault, Fault_IsFound) {
  std::uint64_t seed = 0;
  while (seed < 3'000 && !SharedHistory(seed, GetParam()).run()) ++seed;
  EXPECT_LT(seed, 3'000u) << "the simulation would not notice";
}

INSTANTIATE_TEST_SUITE_P(Faults, SharedSimulationWithFault,
                         ::testing::Values(SharingFault::lost_delivery, SharingFault::unchecked_fill,
                                           SharingFault::unchecked_read, SharingFault::forgotten_ends,
                                           SharingFault::unnoticed_failover, SharingFault::cover_by_nobody,
                                           SharingFault::cover_before_delivery));

}  // namespace
}  // namespace gatehouse::simulation
