#pragma once

#include <cstdint>
#include <string_view>

#include "base/scopes.hpp"

namespace gatehouse {

/// Who sent a request: the holder of an API key, a trusted proxy, or anybody where a route is open. Not the user it is
/// about.
struct Caller {
  /// How the service knows it.
  enum class Kind : std::uint8_t {
    unknown,  ///< nobody has asked yet
    open,     ///< anybody, on an open route
    env,      ///< a key of API_KEY
    proxy,    ///< one of TRUSTED_PROXIES, without a key
  };

  Kind kind = Kind::unknown;
  bool tells_client = false;  ///< trusted to say which client it asks for
  Scopes scopes;
  std::string_view name;  ///< of the key or the proxies, for logs; outlives the request
};

}  // namespace gatehouse
