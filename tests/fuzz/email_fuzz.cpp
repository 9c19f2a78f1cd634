// Emails: an accepted one has the promised shape, and the key of a key is the key itself.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "users/email.hpp"

namespace users = gatehouse::users;

namespace {

bool has_promised_shape(std::string_view email) {
  if (email.size() > users::email_bytes_max || !gatehouse::is_utf8(email)) return false;
  const auto at = email.find('@');
  if (at == 0 || at > users::email_local_bytes_max || email.find('@', at + 1) != std::string_view::npos) return false;
  const auto domain = email.substr(at + 1);
  if (domain.empty() || domain.front() == '.' || domain.back() == '.' || domain.contains("..")) return false;
  return std::ranges::none_of(email, [](char c) { return (c >= 0 && c <= ' ') || c == 0x7f; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};

  if (users::email_problem(input).empty() && !has_promised_shape(input)) std::abort();
  const std::string key = users::email_key(input);
  if (gatehouse::is_ascii(input) && key != users::plain_email_key(input)) std::abort();
  // A longer key is possible only for text that no row can hold.
  if (key.size() > std::max(users::stored_email_bytes_max, input.size())) std::abort();
  if (!users::email_problem(input).empty()) return 0;
  // An accepted email can be typed as its key, with blanks around it.
  if (users::email_key(" " + key + "\n") != key) std::abort();
  if (key.contains(' ') || std::ranges::count(key, '@') != 1) std::abort();
  return 0;
}
