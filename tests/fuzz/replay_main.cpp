// Runs a fuzz target on files instead of on inputs that libFuzzer invents: `replay <file or folder>...`. The build
// without libFuzzer links it, so that every compiler replays the corpus.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

void replay(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  in.exceptions(std::ios::badbit);
  const std::string input{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::size_t replay_all(const std::filesystem::path& place) {
  if (!std::filesystem::is_directory(place)) {
    replay(place);
    return 1;
  }
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{place}) {
    if (!entry.is_regular_file()) continue;
    replay(entry.path());
    ++count;
  }
  return count;
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t replayed = 0;
  try {
    for (int i = 1; i < count; ++i) replayed += replay_all(arguments[i]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cannot replay: %s\n", error.what());
    return 1;
  }
  std::printf("%zu inputs replayed\n", replayed);
  return replayed == 0 ? 1 : 0;
}
