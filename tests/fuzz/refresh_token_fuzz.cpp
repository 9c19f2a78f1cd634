// A refresh token opens only as it was sealed: no input opens by chance, and no change to a real one goes unnoticed.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/random.hpp"
#include "sessions/refresh_sealer.hpp"

namespace sessions = gatehouse::sessions;

namespace {

std::vector<gatehouse::SecretString> secrets() {
  std::vector<gatehouse::SecretString> made;
  made.emplace_back("a secret that only this target knows");
  made.emplace_back("the secret before the rotation, as long");
  return made;
}

/// Writes the input over the sealed text, from the position its first byte names.
std::string altered(std::string sealed, std::string_view input) {
  if (input.empty()) return sealed;
  const std::size_t start = static_cast<unsigned char>(input.front()) % sealed.size();
  input.remove_prefix(1);
  input.copy(sealed.data() + start, sealed.size() - start);
  return sealed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static gatehouse::crypto::SystemRandom random;
  static const sessions::RefreshSealer sealer{secrets()};
  static const std::string sealed = sealer.seal({.id = gatehouse::SessionId{7}, .secret = {}, .generation = 3}, random);
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};

  if (sealer.open(input)) std::abort();
  const std::string text = altered(sealed, input);
  const auto opened = sealer.open(text);
  if (opened.has_value() != (text == sealed)) std::abort();
  if (opened && (opened->id != gatehouse::SessionId{7} || opened->generation != 3)) std::abort();
  return 0;
}
