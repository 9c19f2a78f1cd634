#include "api_keys/scope_list.hpp"

#include <ranges>

namespace gatehouse::api_keys {

std::string to_text(Scopes scopes) {
  std::string text;
  for (std::size_t i = 0; i < scope_count; ++i) {
    const auto scope = static_cast<Scope>(i);
    if (!scopes.names(scope)) continue;
    if (!text.empty()) text += ' ';
    text += gatehouse::to_text(scope);
  }
  return text;
}

ScopeList read_scopes(std::string_view text) {
  ScopeList list;
  for (const auto part : std::views::split(text, ' ')) {
    const std::string_view word{part.begin(), part.end()};
    if (const auto scope = read_scope(word)) {
      list.known.add(*scope);
    } else if (!list.unknown) {
      list.unknown = word;
    }
  }
  return list;
}

}  // namespace gatehouse::api_keys
