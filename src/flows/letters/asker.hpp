#pragma once

#include <string>

#include "audit/event.hpp"

namespace gatehouse::flows {

/// Who asks for something that a mail reports.
struct Asker {
  audit::Origin origin;
  std::string languages = {};   ///< that they read: the Accept-Language header of the request (RFC 9110 section 12.5.4)
  std::string address = {};     ///< of the user, cut; empty: only a back end's is known
  std::string user_agent = {};  ///< the same
  std::string audience = {};    ///< of the wanted token; empty: the first of JWT_AUDIENCE
};

}  // namespace gatehouse::flows
