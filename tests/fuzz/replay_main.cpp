// Runs a fuzz target on files instead of on inputs that libFuzzer invents: `fuzz_replay <target> <file or folder>...`.
// The build without libFuzzer links every target into it, so that every compiler replays the corpora.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

// The build writes one line per target into this file, and names each target's entry point after the target.
#define FUZZ_TARGET(name) extern "C" int name(const std::uint8_t* bytes, std::size_t size);
#include "fuzz_targets.inc"
#undef FUZZ_TARGET

namespace {

struct Target {
  std::string_view name;
  int (*run)(const std::uint8_t* bytes, std::size_t size);
};

#define FUZZ_TARGET(name) {#name, name},
constexpr Target targets[] = {
#include "fuzz_targets.inc"
};
#undef FUZZ_TARGET

const Target* find_target(std::string_view name) {
  for (const Target& target : targets) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

void replay(const Target& target, const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  in.exceptions(std::ios::badbit);
  const std::string input{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
  target.run(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::size_t replay_all(const Target& target, const std::filesystem::path& place) {
  if (!std::filesystem::is_directory(place)) {
    replay(target, place);
    return 1;
  }
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{place}) {
    if (!entry.is_regular_file()) continue;
    replay(target, entry.path());
    ++count;
  }
  return count;
}

}  // namespace

int main(int count, char** arguments) {
  const Target* target = count > 1 ? find_target(arguments[1]) : nullptr;
  if (target == nullptr) {
    std::fprintf(stderr, "usage: fuzz_replay <target> <file or folder>...\n");
    return 2;
  }
  std::size_t replayed = 0;
  try {
    for (int i = 2; i < count; ++i) replayed += replay_all(*target, arguments[i]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cannot replay: %s\n", error.what());
    return 1;
  }
  std::printf("%zu inputs replayed\n", replayed);
  return replayed == 0 ? 1 : 0;
}
