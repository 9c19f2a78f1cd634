#include "http/accept.hpp"

#include <boost/beast/core/string.hpp>

#include "base/text.hpp"

namespace gatehouse::http {
namespace {

using boost::beast::iequals;

/// Removes the part before the next separator from the front of the list and returns it without surrounding blanks.
std::string_view take_part(std::string_view& list, char separator) {
  const std::string_view part = list.substr(0, list.find(separator));
  list.remove_prefix(part.size() < list.size() ? part.size() + 1 : part.size());
  return trim(part);
}

bool is_zero(std::string_view quality) {
  return !quality.empty() && quality.find_first_not_of("0.") == std::string_view::npos;
}

bool is_refused(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = take_part(parameters, ';');
    if (iequals(take_part(value, '='), "q") && is_zero(trim(value))) return true;
  }
  return false;
}

}  // namespace

bool accepts(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    std::string_view element = take_part(field, ',');
    if (iequals(take_part(element, ';'), name) && !is_refused(element)) return true;
  }
  return false;
}

}  // namespace gatehouse::http
