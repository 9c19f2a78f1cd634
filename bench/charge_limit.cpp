/// How long it takes to charge a request to a rate limit.
///
///     bench_charge_limit <charges>
///
/// Charges that many requests of 10,000 addresses in turn, none of which has its limit used up. Prints the nanoseconds
/// of CPU time that one takes: hashing the address and GCRA.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "limits/rate_limits.hpp"

namespace {

using gatehouse::limits::LimitSettings;
using gatehouse::limits::Policy;
using gatehouse::limits::RateLimits;
using gatehouse::limits::Subject;

constexpr std::size_t addresses = 10'000;

std::vector<std::string> make_addresses() {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < addresses; ++i) {
    made.push_back("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256));
  }
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  const long charges = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
  if (charges <= 0) {
    std::fputs("usage: bench_charge_limit <charges>\n", stderr);
    return 2;
  }
  gatehouse::crypto::SystemRandom random;
  RateLimits limits{LimitSettings{}, random};
  const auto whose = make_addresses();
  long refused = 0;
  const std::clock_t begin = std::clock();
  for (long i = 0; i < charges; ++i) {
    const std::array subjects{Subject{Policy::address, whose[static_cast<std::size_t>(i) % addresses]}};
    // One request per millisecond: each address comes every ten seconds.
    if (!limits.charge(subjects, std::chrono::milliseconds{i}).is_allowed()) ++refused;
  }
  const double elapsed_s = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  if (refused > 0) return 1;
  std::printf("%.1f\n", elapsed_s * 1e9 / static_cast<double>(charges));
}
