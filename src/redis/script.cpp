#include "redis/script.hpp"

#include "base/text.hpp"
#include "crypto/sha1.hpp"
#include "redis/command.hpp"

namespace gatehouse::redis {
namespace {

std::string command(std::string_view verb, std::string_view script, Script::Words keys, Script::Words arguments) {
  const std::string count = std::to_string(keys.size());
  std::vector<std::string_view> words;
  words.reserve(3 + keys.size() + arguments.size());
  words.assign({verb, script, count});
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  return to_command(words);
}

std::string name_of(std::string_view script) {
  const crypto::Sha1 digest = crypto::sha1(script);
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

Script::Script(std::string_view text) : text_(text), name_(name_of(text)) {}

std::string Script::by_name(Words keys, Words arguments) const { return command("EVALSHA", name_, keys, arguments); }

std::string Script::by_text(Words keys, Words arguments) const { return command("EVAL", text_, keys, arguments); }

}  // namespace gatehouse::redis
