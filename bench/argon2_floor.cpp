/// How many Argon2id hashes a second libsodium computes here, on all cores, with nothing around it: the floor of a
/// login.
///
///     bench_argon2_floor <seconds>
///
/// The same function and parameters as passwords/hashing.cpp: 19 MiB, two passes. Prints the hashes per second.

#include <sodium.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr unsigned long long passes = 2;
constexpr std::size_t memory_bytes = 19U << 20U;
constexpr std::string_view password = "correct horse battery staple";

/// Hashes until the end and returns how many it finished.
long hash_until(SteadyClock::time_point end) {
  const std::array<unsigned char, crypto_pwhash_argon2id_SALTBYTES> salt{};
  std::array<unsigned char, 32> hash{};
  long finished = 0;
  while (SteadyClock::now() < end) {
    if (crypto_pwhash_argon2id(hash.data(), hash.size(), password.data(), password.size(), salt.data(), passes,
                               memory_bytes, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
      std::fputs("libsodium could not hash: not enough memory\n", stderr);
      std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing else is worth waiting for
    }
    ++finished;
  }
  return finished;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 0;
  if (seconds <= 0 || sodium_init() < 0) {
    std::fputs("usage: bench_argon2_floor <seconds>\n", stderr);
    return 2;
  }
  std::atomic<long> finished{0};
  const auto begin = SteadyClock::now();
  const auto end = begin + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds));
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
      threads.emplace_back([&finished, end] { finished += hash_until(end); });
    }
  }
  const std::chrono::duration<double> elapsed = SteadyClock::now() - begin;
  std::printf("%.3f\n", static_cast<double>(finished.load()) / elapsed.count());
}
