#include "http/accept.hpp"

#include <boost/beast/core/string.hpp>

#include "base/text.hpp"

namespace gatehouse::http {

bool accepts(std::string_view accept, std::string_view media_type) {
  while (!accept.empty()) {
    const std::string_view range = accept.substr(0, accept.find(','));
    accept.remove_prefix(range.size() < accept.size() ? range.size() + 1 : range.size());
    if (boost::beast::iequals(trim(range.substr(0, range.find(';'))), media_type)) return true;
  }
  return false;
}

}  // namespace gatehouse::http
