#pragma once

#include <string>

#include "audit/event.hpp"

namespace gatehouse::flows {

/// Who asks for something that a mail tells of.
struct Asker {
  audit::Origin origin;
  std::string languages;  ///< that they read: the Accept-Language header of the request (RFC 9110 section 12.5.4)
};

}  // namespace gatehouse::flows
