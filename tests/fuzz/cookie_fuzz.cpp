// A Cookie field: a cookie that is found ends at its semicolon, other cookies change nothing, and if there is a second
// one of its name, none is found.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/forward_auth/credential.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using gatehouse::api::find_cookie;
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const std::string_view found = find_cookie(input, "session");
  if (found.contains(';')) std::abort();
  const std::string text{input};
  if (find_cookie(text + "; other=1", "session") != found) std::abort();
  if (find_cookie("other; " + text, "session") != found) std::abort();
  if (!found.empty() && !find_cookie(text + ";session=x", "session").empty()) std::abort();
  return 0;
}
