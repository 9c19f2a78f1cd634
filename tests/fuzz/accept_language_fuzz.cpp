// Accept-Language: the result is a few well-formed tags in lower case, each of which is read as itself again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "mail/accept_language.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gatehouse::mail;
  const auto languages = preferred_languages({reinterpret_cast<const char*>(bytes), size});
  if (languages.size() > languages_max) std::abort();
  for (const std::string& language : languages) {
    if (!is_language_tag(language) || gatehouse::to_lower(language) != language) std::abort();
    if (preferred_languages(language) != std::vector{language}) std::abort();
  }
  return 0;
}
