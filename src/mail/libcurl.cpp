#include "mail/libcurl.hpp"

#include <stdexcept>
#include <string>

namespace gatehouse::mail {

const Libcurl& libcurl() {
  static const Libcurl functions;
  static const CURLcode ready = functions.global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl does not start");
  return functions;
}

}  // namespace gatehouse::mail
