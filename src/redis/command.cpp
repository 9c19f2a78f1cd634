#include "redis/command.hpp"

#include <hiredis/hiredis.h>

#include <new>
#include <vector>

#include "base/secret_string.hpp"

namespace gatehouse::redis {

std::string to_command(std::span<const std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(words.size());
  sizes.reserve(words.size());
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* formatted = nullptr;
  const auto bytes = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (bytes < 0) throw std::bad_alloc{};
  std::string command(formatted, static_cast<std::size_t>(bytes));
  wipe_memory(formatted, command.size());  // it may hold a password
  redisFreeCommand(formatted);
  return command;
}

}  // namespace gatehouse::redis
