#pragma once

#include <string>

#include "audit/event.hpp"

namespace gatehouse::flows {

/// Who asks for something that a mail tells of.
struct Asker {
  audit::Origin origin;
  std::string languages = {};   ///< that they read: the Accept-Language header of the request (RFC 9110 section 12.5.4)
  std::string address = {};     ///< of the user, where it is known, cut; empty: only a back end's is
  std::string user_agent = {};  ///< the same
  std::string audience = {};    ///< that the token is to be for; empty: the first of JWT_AUDIENCE
};

}  // namespace gatehouse::flows
