/// How long it takes to look a password up in a breach filter that is in memory.
///
///     bench_filter_lookup <filter> <lookups>
///
/// Looks up passwords that are not in the filter, spread over all of it, first once to have every page in memory and
/// then again with the clock running. Prints the nanoseconds of CPU time that a lookup takes: the SHA-1 and the filter.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "passwords/breach_filter.hpp"

namespace {

using gatehouse::passwords::BreachFilter;

long look_up(const BreachFilter& filter, const std::vector<std::string>& passwords) {
  long found = 0;
  for (const std::string& password : passwords) found += filter.contains(password) ? 1 : 0;
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  const long lookups = argc == 3 ? std::strtol(argv[2], nullptr, 10) : 0;
  if (lookups <= 0) {
    std::fputs("usage: bench_filter_lookup <filter> <lookups>\n", stderr);
    return 2;
  }
  const auto filter = BreachFilter::open(argv[1]);
  if (!filter) {
    std::fprintf(stderr, "%s %s\n", argv[1], filter.error().c_str());
    return 1;
  }
  std::vector<std::string> passwords;
  for (long i = 0; i < lookups; ++i) passwords.push_back("correct horse " + std::to_string(i));
  const long before = look_up(**filter, passwords);
  const std::clock_t begin = std::clock();
  const long found = look_up(**filter, passwords);
  const double elapsed_s = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  if (found != before) return 1;
  std::printf("%.1f\n", elapsed_s * 1e9 / static_cast<double>(lookups));
}
