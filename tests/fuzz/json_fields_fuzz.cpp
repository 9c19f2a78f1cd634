// The reader of request bodies: whatever it accepts is well-formed UTF-8 without NUL.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json_text.hpp"
#include "http/json_fields.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view json{reinterpret_cast<const char*>(bytes), size};
  const auto fields = gatehouse::http::JsonFields::parse(json, {"first_name", "email", "password", "session"});
  if (!fields) return 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string_view text = fields->text(i);
    if (!gatehouse::is_utf8(text) || text.find('\0') != std::string_view::npos) std::abort();
  }
  return 0;
}
