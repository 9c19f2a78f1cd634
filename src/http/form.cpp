#include "http/form.hpp"

#include <algorithm>

namespace gatehouse::http {

std::optional<FormPair> take_form_pair(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of('&'), text.size()));
  if (text.empty()) return std::nullopt;
  const std::string_view pair = text.substr(0, text.find('&'));
  text.remove_prefix(pair.size());
  const std::size_t equals = std::min(pair.find('='), pair.size());
  return FormPair{pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))};
}

}  // namespace gatehouse::http
