// Any .env text is read or refused within bounds, and what was read can be written down and read again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/dotenv.hpp"

namespace config = gatehouse::config;

namespace {

bool is_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  for (const char c : name) {
    const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!is_letter && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

/// The entry as a line that means the same; false if its value contains both kinds of quotes.
bool append_line(std::string& text, const config::DotenvEntry& entry) {
  for (const char quote : {'\'', '`'}) {
    if (entry.value.contains(quote)) continue;
    text += entry.name + '=' + quote + entry.value + quote + '\n';
    return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const auto read = config::parse_dotenv(input);
  if (!read) {
    if (read.error().line > size + 1 || read.error().message.empty()) std::abort();
    return 0;
  }
  const auto& entries = read->entries;
  if (size > config::dotenv_bytes_max || entries.size() > config::dotenv_entries_max) std::abort();

  std::string rewritten;
  for (const config::DotenvEntry& entry : entries) {
    if (!is_name(entry.name) || entry.value.contains('\r')) std::abort();
    if (!append_line(rewritten, entry)) return 0;
  }
  if (rewritten.size() > config::dotenv_bytes_max) return 0;
  const auto again = config::parse_dotenv(rewritten);
  if (!again || again->entries.size() != entries.size()) std::abort();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (again->entries[i].name != entries[i].name || again->entries[i].value != entries[i].value) std::abort();
  }
  return 0;
}
