#include "redis/command.hpp"

#include <cstddef>

namespace gatehouse::redis {
namespace {

constexpr std::string_view line_end = "\r\n";

void append_count(std::string& out, char kind, std::size_t count) {
  out += kind;
  out.append(std::to_string(count)).append(line_end);
}

}  // namespace

std::string to_command(std::span<const std::string_view> words) {
  // More than a count and its line ending take: the buffer never grows, so no password is left behind in a smaller one.
  constexpr std::size_t head_bytes = 32;
  std::size_t bytes = head_bytes;
  for (const std::string_view word : words) bytes += head_bytes + word.size();
  std::string command;
  command.reserve(bytes);
  append_count(command, '*', words.size());
  for (const std::string_view word : words) {
    append_count(command, '$', word.size());
    command.append(word).append(line_end);
  }
  return command;
}

}  // namespace gatehouse::redis
