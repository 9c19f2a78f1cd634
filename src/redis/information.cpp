#include "redis/information.hpp"

namespace gatehouse::redis {

std::optional<std::string> field_of(const std::optional<Reply>& info, std::string_view name) {
  if (!info || info->is_error()) return std::nullopt;
  const std::string beginning = '\n' + std::string{name} + ':';
  const std::size_t begin = info->text.find(beginning);
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t value = begin + beginning.size();
  return info->text.substr(value, info->text.find_first_of("\r\n", value) - value);
}

}  // namespace gatehouse::redis
