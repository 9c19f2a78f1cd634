// Only a text with the form and the checksum of a key is looked up, and a change to a real one hardly ever passes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api_keys/key_text.hpp"

namespace api_keys = gatehouse::api_keys;

namespace {

/// Writes the input over the key, from the position its first byte names.
std::string altered(std::string key, std::string_view input) {
  if (input.empty()) return key;
  const std::size_t start = static_cast<unsigned char>(input.front()) % key.size();
  input.remove_prefix(1);
  input.copy(key.data() + start, key.size() - start);
  return key;
}

/// Checks what holds for every text, made up or altered.
void check(std::string_view text) {
  const auto id = api_keys::public_id_in(text);
  if (!id) return;
  const bool has_form = text.size() == api_keys::key_length && api_keys::is_public_id(*id);
  if (!has_form || id->data() != text.data() + api_keys::key_prefix.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::string key = "gtk_0123456789_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1YLZbR";
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  check(input);
  const std::string text = altered(key, input);
  check(text);
  // CRC-32 detects every burst of errors of up to 32 bits.
  if (size > 1 && size <= 5 && text != key && api_keys::public_id_in(text)) std::abort();
  return 0;
}
