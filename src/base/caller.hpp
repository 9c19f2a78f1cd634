#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/scopes.hpp"

namespace gatehouse {

/// Who sent a request: the holder of an API key, a trusted proxy, or anybody if the route is open. Not the user whom
/// the request is about.
struct Caller {
  /// How the service identified the caller.
  enum class Kind : std::uint8_t {
    unknown,  ///< not determined yet
    open,     ///< anybody, on an open route
    env,      ///< a key of API_KEY
    db,       ///< a key of the table of API keys
    proxy,    ///< one of TRUSTED_PROXIES, without a key
  };

  Kind kind = Kind::unknown;
  bool tells_client = false;  ///< trusted to say which client it asks for
  Scopes scopes;
  std::string_view name;         ///< of the key or the proxies, for logs; outlives the request
  std::string_view key_id = {};  ///< public id of a key of the table, as names are not unique; outlives the request
  std::shared_ptr<const void> holder = {};  ///< owns the texts, if they could otherwise be freed during the request

  /// Tells one caller from another.
  [[nodiscard]] std::string_view identity() const { return key_id.empty() ? name : key_id; }
};

}  // namespace gatehouse
