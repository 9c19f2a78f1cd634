// Base64url is a bijection between byte strings and the texts it accepts.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/base64url.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};

  const auto decoded = from_base64url(input);
  if (decoded && to_base64url(*decoded) != input) std::abort();

  const std::string encoded = to_base64url(input);
  if (encoded.size() != base64url_length(size)) std::abort();
  if (from_base64url(encoded) != input) std::abort();
  return 0;
}
